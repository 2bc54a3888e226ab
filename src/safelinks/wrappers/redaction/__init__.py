"""Redaction: whom a wrapped link names and what in it is secret, found and blanked."""
