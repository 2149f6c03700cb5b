"""A filed run filed again as a person asks: with what is in force now, or other masks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from labsvc.model.assay import Unit
from labsvc.model.filing import SERVICE, FiledResult, StoredResult
from labsvc.model.result import Masking
from labsvc.service.work.draft import Revision
from labsvc.service.work.line import Line


@dataclass(frozen=True, slots=True)
class Refiler:
    """Files new revisions through the line's own stores and analysis."""

    line: Line
    followed: list[FiledResult] = field(default_factory=list)
    """The other plates of a run that were filed anew with one, since their controls are pooled."""

    def refile(self, stored: StoredResult, reason: str, *, by: str = SERVICE) -> FiledResult:
        """Analyse one filed run again with what is in force now, as ``by`` asks."""
        return self._file(self.line.reviser.refile(stored, reason), by)

    def mask(
        self, stored: StoredResult, masks: tuple[Masking, ...], reason: str, *, by: str = SERVICE
    ) -> FiledResult:
        """Analyse one filed run again with these masks in place of those in force."""
        return self._file(self.line.reviser.refile(stored, reason, masks), by)

    def counted(self, stored: StoredResult) -> Unit:
        """A filed run as the counter reported it, read again from the archive."""
        return self.line.reviser.read_again(stored)

    def _file(self, revisions: Iterable[Revision], by: str) -> FiledResult:
        filed, *followed = (self.line.file_again(one, by=by) for one in revisions)
        self.followed.extend(followed)
        return filed
