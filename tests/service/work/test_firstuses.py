"""What is loaded before the first capture comes."""

from __future__ import annotations

import subprocess
import sys

LOADED = """
import sys
from labsvc.service.authoring import quantities
from labsvc.service.work.firstuses import FIRST_USES
quantities.load()
for load in FIRST_USES:
    load()
after = set(sys.modules)
from labsvc.core.fit import CurveData, fit_inhibition
from labsvc.filing.render import load_templates
from labsvc.service.authoring.quantities import molar
doses = tuple(10 ** (step / 2 - 9) for step in range(7))
load_templates(), molar("10 uM")
fit_inhibition("inhibition_4pl", [CurveData(doses, (98.0, 103.0, 91.0, 70.0, 44.0, 13.0, 9.0))])
print(*sorted(set(sys.modules) - after))
"""


def test_the_first_capture_imports_nothing_more() -> None:
    """Neither for its report, nor for its run sheet's units, nor for its fits."""
    ran = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, check=True, text=True)
    assert ran.stdout.split() == []
