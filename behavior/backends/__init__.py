"""Rows behind the Protocols of behavior: language models, sentence embeddings."""
