"""Credentials that were built into images: what looks like one, and where in an image it stands."""
