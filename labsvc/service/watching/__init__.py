"""The sources: opened, looked at, and told of when they are away or silent."""
