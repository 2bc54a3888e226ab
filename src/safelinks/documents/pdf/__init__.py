"""PDF: its objects, its pages, and the links in them."""
