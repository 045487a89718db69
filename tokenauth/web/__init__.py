"""Pages about what tokenauth keeps."""
