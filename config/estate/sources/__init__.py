"""What other products export, turned into records; a module for each product (docs/operations/moving-in.md)."""
