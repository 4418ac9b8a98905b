"""What tests share: paths, tiny checkpoints, documents, and runs of the command line."""
