"""Fine-tuning of XLM-RoBERTa as a token classifier (installed as `annotator.train`, extra `train`)."""
