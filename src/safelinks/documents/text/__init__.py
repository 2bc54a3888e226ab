"""Text formats: where their passages are, and how each is written."""
