"""Everything of ours on disk."""
