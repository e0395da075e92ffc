"""Whose voice it is, from where it comes, and whether two speak at once."""
