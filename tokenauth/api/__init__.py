"""The REST API about what tokenauth keeps."""
