"""The REST API: search."""
