"""Inhibition curves, very many at once: a batched solver, limits, what may be said of each."""
