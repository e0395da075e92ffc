"""From a voice to words: the recognisers, their process, and what is likely to be said here."""
