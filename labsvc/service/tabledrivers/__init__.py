"""Drivers that are one YAML file: read, proposed from an example, tried on samples."""
