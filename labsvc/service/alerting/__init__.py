"""What the lab is told: alerts on their way, the dead-man's switch, summaries."""
