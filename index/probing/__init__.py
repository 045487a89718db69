"""Looking at registries from outside: `probe.probe` asks, `findings` is what it tells."""
