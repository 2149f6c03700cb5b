"""A lab in a box: simulated instruments, a seeded day, a mailbox on loopback."""
