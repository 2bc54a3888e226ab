"""Options from a configuration file and the environment: which file, which keys, who wins."""
