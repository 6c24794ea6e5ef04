"""Floor 0: errors, atomic files, strict YAML, bounded numbers, dates. Knows nothing of social work."""
