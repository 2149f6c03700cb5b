"""labsvc as a service of the system: the systemd unit, and Windows."""
