"""The parts of the HTML report, its style sheet and its script."""
