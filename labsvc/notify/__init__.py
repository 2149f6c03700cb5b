"""Alerts, their outbox, and mail."""
