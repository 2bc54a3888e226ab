"""The judgement on one address, without I/O: what answers and pages mean."""
