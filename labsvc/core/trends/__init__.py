"""Control charts: whether a number filed run after run stays what it was."""
