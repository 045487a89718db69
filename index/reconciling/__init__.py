"""Comparing what registries keep with what the index believes: reading only, bounded, unhurried."""
