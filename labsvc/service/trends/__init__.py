"""What was filed over many runs: control charts, repeats, the index of the archive."""
