"""The always-on service: settings, registry, worker, daemon."""
