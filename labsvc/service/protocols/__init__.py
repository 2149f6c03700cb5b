"""Protocol files: read, drafted, drawn, and held against their own worked examples."""
