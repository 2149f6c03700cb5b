"""labsvc: from the scintillation counter to a filed, judged result."""

import os

from labsvc.unseen import unseen

__version__ = "0.1.0"

# Before numpy is loaded. The curves of a plate are small: a second thread of its linear algebra
# costs three times what it gives, and memory.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# structlog loads rich, of 4 MB, wherever it finds it, for tracebacks on a terminal that show the
# values of variables. Those may be secrets, and no log is to show them.
with unseen("rich"):
    import structlog  # noqa: F401
