"""Wrappers: Safe Links and those of other services, unwrapped, and what is personal in them."""
