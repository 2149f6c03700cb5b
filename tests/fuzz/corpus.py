"""What a guided search found worth keeping: for each driver one archive of inputs, replayed."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
MOST_BYTES = 400_000
"""Of one driver's inputs together; the shortest are kept."""
_DATE = (2026, 1, 1, 0, 0, 0)


def corpus(name: str) -> list[bytes]:
    """The kept inputs of a driver, none where there was no search yet."""
    packed = CORPUS / f"{name}.zip"
    if not packed.exists():
        return []
    with zipfile.ZipFile(packed) as archive:
        return [archive.read(member) for member in archive.namelist()]


def keep(name: str, contents: Iterable[bytes]) -> int:
    """How many were kept: the shortest, as far as MOST_BYTES goes, in an order of their own."""
    chosen: dict[str, bytes] = {}
    left = MOST_BYTES
    for content in sorted(set(contents), key=lambda one: (len(one), one)):
        left -= len(content)
        if left < 0:
            break
        chosen[hashlib.sha256(content).hexdigest()[:16]] = content
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for digest in sorted(chosen):
            archive.writestr(zipfile.ZipInfo(digest, _DATE), chosen[digest], zipfile.ZIP_DEFLATED)
    CORPUS.mkdir(exist_ok=True)
    (CORPUS / f"{name}.zip").write_bytes(packed.getvalue())
    return len(chosen)


def file_name(names: Sequence[str], content: bytes) -> str:
    """The name a content is read under: some formats have the plate's identity in it."""
    return names[len(content) % len(names)]
