"""What manifests and configs say, read from the bytes that are kept. Pure; all of it is hostile text."""
