"""Whether a destination still works: the judgement, and what carries it out."""
