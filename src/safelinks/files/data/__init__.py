"""Data files, JSON and TOML: the line of every value, and changes in the manner of the file."""
