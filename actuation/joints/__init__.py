"""Rotations and joints: the skeleton, ways through poses, reach, and what no joint may do."""
