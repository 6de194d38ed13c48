"""What the system does: the use cases, and the command line."""
