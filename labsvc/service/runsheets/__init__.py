"""Run sheets in YAML, CSV and workbooks: read, and written as forms to fill in."""
