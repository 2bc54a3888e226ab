"""Two processes that ask: each for its own sites, so that all limits are kept exactly."""
