"""Links of a document to files beside it, and the anchors that a document has. Pure functions."""
