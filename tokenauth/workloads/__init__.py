"""Trusted publishing: CI jobs that prove themselves with an ID token of their forge."""
