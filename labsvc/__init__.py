"""labsvc: from the scintillation counter to a filed, judged result."""

import os

__version__ = "0.1.0"

# Before numpy is loaded. The curves of a plate are small: a second thread of its linear algebra
# costs three times what it gives, and memory.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
