"""How the service is: health, metrics, progress, logs, and who may ask."""
