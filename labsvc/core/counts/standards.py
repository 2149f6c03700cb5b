"""Standards in the run: vials of known activity show whether counts become the right dpm."""

from __future__ import annotations

from collections.abc import Sequence

from labsvc.core.assays.replicates import counted, spread
from labsvc.core.counts.decay import days_between, remaining
from labsvc.model.assay import Assay
from labsvc.model.notation import significant
from labsvc.model.protocol import Standard
from labsvc.model.result import Finding, Point, Status


def standard_findings(assay: Assay, points: Sequence[Point]) -> tuple[Finding, ...]:
    """The mean dpm of the standards against what they hold on the day; none without a standard.

    What cannot be compared warns: nothing shows the counting to be right then.
    """
    known = assay.protocol.counting.standard
    if known is None:
        return ()
    limits = f"100 ± {known.within_percent:g} % ({known.source})"
    seen = spread(counted(points, "standard", unit="dpm"))
    held = _held(assay, known)
    if seen is None or held is None:
        why = "no position of role standard has dpm" if seen is None else "a day is missing"
        sentence = f"The standards could not be compared: {why}."
        return (Finding("standards", Status.WARN, None, limits, sentence),)
    found = 100 * seen.mean / held
    good = abs(found - 100) <= known.within_percent
    sentence = (
        f"The {seen.n} standard{'s' if seen.n > 1 else ''} gave {seen.mean:.0f} dpm, "
        f"{significant(found)} % of the {held:.0f} dpm that they hold on the day; expected "
        f"{limits}."
    )
    return (Finding("standards", Status.PASS if good else Status.WARN, found, limits, sentence),)


def _held(assay: Assay, known: Standard) -> float | None:
    """dpm on the day of counting; None where the day or the half-life is not known."""
    at = assay.unit.counted_at
    if at is None:
        return None
    left = remaining(assay.protocol.radioligand.isotope, days_between(known.on, at.date()))
    return known.dpm * left if left is not None else None
