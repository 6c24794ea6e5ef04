"""Floor 1: facts that do not depend on a user's data: regions with their dated denominators, published figures."""
