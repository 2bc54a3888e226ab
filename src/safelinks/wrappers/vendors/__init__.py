"""The table of all other wrappers: a row a service, and how its links carry their target."""
