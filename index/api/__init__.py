"""The REST API: repositories and who may touch them."""
