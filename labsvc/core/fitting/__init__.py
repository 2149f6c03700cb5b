"""Curves and models fitted, from points to parameters with their intervals."""
