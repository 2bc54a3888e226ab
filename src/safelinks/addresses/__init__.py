"""Addresses: taken apart, compared, percent-encoded, placed in a document, made safe to show."""
