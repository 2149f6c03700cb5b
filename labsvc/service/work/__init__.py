"""A capture worked out and filed, alone or by a crew; filed runs analysed again."""
