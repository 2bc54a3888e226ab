"""Options that commands share, each with the value that it makes."""
