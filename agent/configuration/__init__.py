"""Configurations over time: what is wrong with one, what changed, what a running agent takes on."""
