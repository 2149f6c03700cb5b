"""What happened at the bench and when: steps, clocks, washes."""
