"""Voices: engines that run in a process of their own, and the rule that needs none."""
