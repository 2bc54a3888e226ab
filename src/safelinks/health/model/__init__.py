"""What is asked, what comes back, what is said of a link, and within which limits: values only."""
