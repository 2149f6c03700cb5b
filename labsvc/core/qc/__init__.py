"""The checks, each giving a finding, and the verdict that they make together."""
