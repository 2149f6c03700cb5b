"""The nouns: frozen values that pass the doors."""
