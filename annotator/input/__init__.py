"""Input: names -> sources -> records with their positions -> chunks."""
