"""URL handlers of ours for pyserial, which finds them here by their module's name."""
