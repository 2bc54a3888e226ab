"""Passages: where in a document links stand, how each is written there, and the links in them."""
