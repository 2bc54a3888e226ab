"""Checks: documents collected, assessed, asked about, and reported; baselines, fixes and upkeep."""
