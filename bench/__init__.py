"""Measurements; nothing of it is part of the product."""
