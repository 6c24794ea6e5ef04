"""Floor 5: coverage, claims, programmes, indicator systems and scores."""
