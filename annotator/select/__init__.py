"""A corpus -> the documents of it that are worth labelling next: those a model is unsure of, and no two alike."""
