"""The migrations of the database. ``labsvc.store.migrate`` runs them."""
