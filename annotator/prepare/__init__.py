"""Preparation for the engine: text -> sentences of words -> windows of pieces."""
