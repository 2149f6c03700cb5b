"""The drivers that ship with labsvc, one package per instrument family."""
