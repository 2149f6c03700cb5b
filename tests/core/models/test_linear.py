"""The straight line."""

from __future__ import annotations

import numpy as np

from labsvc.core.models.linear import LINEAR
from labsvc.core.models.model import Columns


def test_a_line_is_a_line() -> None:
    found = LINEAR.curve({"slope": 2.0, "intercept": -1.0}, Columns(np.array([-1.0, 0.0, 3.0])), {})
    assert found.tolist() == [-3.0, -1.0, 5.0]
