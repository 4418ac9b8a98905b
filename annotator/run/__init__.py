"""A run: a job carried out chunk by chunk, journalled so that it can be resumed."""
