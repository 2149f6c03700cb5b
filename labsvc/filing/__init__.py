"""Results out: figures, reports, the filing itself."""
