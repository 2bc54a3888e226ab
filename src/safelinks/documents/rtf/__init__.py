"""RTF: its tokens, its passages, and HTML that is encapsulated in it."""
