"""What several formats say in the same words: headline, conclusion, names and places."""
