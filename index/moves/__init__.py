"""What a move does at the two registries; what it writes down is in `index.flows.move_repository`."""
