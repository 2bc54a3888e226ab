"""Files: found, left out as git does, read, and replaced whole or not at all; and git itself."""
