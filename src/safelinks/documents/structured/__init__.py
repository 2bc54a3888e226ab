"""Formats of data, JSON, CSV and iCalendar: where their values stand."""
