"""Turns cameras and microphones into facts about people, turns and words. Never decides."""
