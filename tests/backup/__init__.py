"""Backups, and restores that revive nothing."""
