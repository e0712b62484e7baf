"""What workers on one store tell one another while it happens; nothing that may not be lost."""
