"""Checkpoints: model names -> folders, what is known about each model, and the weights in them."""
