"""Preparation: text -> sentences of words -> windows of pieces."""
