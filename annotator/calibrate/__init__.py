"""Tagged text and a model -> a calibration of the scores of its entities, written into its config.json."""
