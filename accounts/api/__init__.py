"""The REST API: accounts' half, and what both halves share."""
