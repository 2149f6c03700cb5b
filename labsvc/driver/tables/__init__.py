"""The parts of the table driver: cells out of bytes, figures and dates out of cells, readings."""
