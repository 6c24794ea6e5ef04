"""swe: evaluation of township social-work stations."""
