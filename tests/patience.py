"""How long a test waits for what must come: longer than the slowest machine needs.

Nothing is measured by it. A test ends as soon as what it waits for has come; only one that would
fail takes this long.
"""

from __future__ import annotations

PATIENCE = 120.0
"""Seconds for one step: a thread, a process, an answer, a file that is taken."""
LONG_PATIENCE = 900.0
"""Seconds for a script of many steps, each in a process of its own."""
