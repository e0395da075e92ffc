"""Turns acts into sound, motion and faces. Never decides."""
