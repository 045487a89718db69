"""Single sign-on: a real provider, and one that cheats in every way."""
