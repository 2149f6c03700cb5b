"""One file for each migration; what is released is never changed again."""
