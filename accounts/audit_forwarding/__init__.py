"""Send the audit on to collectors of the operator: in order, at least once, from where it stopped."""
