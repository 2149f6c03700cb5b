"""labsvc: from the scintillation counter to a filed, judged result."""

__version__ = "0.1.0"
