"""Lookalikes: addresses that imitate those of a catalog's owner or of a wrapper."""
