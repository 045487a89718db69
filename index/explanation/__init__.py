"""Why somebody may do what they may, and what would change it: the decision of the policy in words."""
