"""Backups: database and keys, each in a file of its own, and what is not to come back from them."""
