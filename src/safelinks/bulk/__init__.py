"""Links by the million: columns, tables, and checks on all cores."""
