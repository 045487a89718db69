"""The ways to install: units, containers, manifests. Each was walked through as docs/operations/install.md says."""
