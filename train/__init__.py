"""Fine-tuning of XLM-RoBERTa taggers (installed as `annotator.train`, extra `train`)."""
