"""What is looked at of the program itself, one module for each group."""
