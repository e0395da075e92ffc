"""Gestures of the upper body: which, when, on which side, and how the arms go there."""
