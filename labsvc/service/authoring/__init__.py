"""Files that people write: YAML with its lines, keys, quantities, what is wrong where."""
