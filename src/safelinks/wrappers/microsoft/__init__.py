"""Safe Links, as Microsoft writes them: their grammar, and the metadata in them."""
