"""A language model words and performs: what it is told, and what is made of its reply."""
