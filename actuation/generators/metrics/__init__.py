"""Judges of what generators make, each with the source of its formula."""
