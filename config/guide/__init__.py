"""The user guide: Markdown in `docs/guide/`, and what the REST API's description says, as pages."""
