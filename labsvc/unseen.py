"""Libraries that load another one wherever they find it, though nothing here needs it of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unseen(name: str) -> Iterator[None]:
    """Inside, the module ``name`` is not found, unless it is loaded already.

    None in ``sys.modules`` says so to every thread: best before any other one is started.
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
