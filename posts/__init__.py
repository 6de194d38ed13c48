"""What flows and where it is kept: the post model, privacy, the archive, the stores."""
