"""Pages of organizations, under `/o/NAME/-/`."""
