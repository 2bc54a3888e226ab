"""Documents: bytes of a file in, links with their places out, and the same bytes cleaned."""
