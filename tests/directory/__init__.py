"""The company's directory: a real slapd, started by these tests."""
