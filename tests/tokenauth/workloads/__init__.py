"""Tests of trusted publishing at /token."""
