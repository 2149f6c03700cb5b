"""Bytes in: folders and serial lines."""
