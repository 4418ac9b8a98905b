"""Checkpoints: model names -> folders, what is known of each model, and the weights in them."""
