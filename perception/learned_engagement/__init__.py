"""Engagement by a small learned model whose every feature has a name and a stated share."""
