"""Marks, catalogues and languages of doors."""
