"""Input: names -> sources -> records with their position -> chunks."""
