"""The web page and its HTTP API: requests in, what the library says out."""
