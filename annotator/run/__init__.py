"""A run: a job carried out chunk by chunk, with a journal so that it can be resumed. Internal."""
