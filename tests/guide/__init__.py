"""The user guide and the API reference."""
