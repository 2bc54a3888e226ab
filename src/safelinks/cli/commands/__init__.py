"""The commands, a file each, and how documents are changed by them."""
