"""The REST API of organizations, under `/api/v1/organizations`."""
