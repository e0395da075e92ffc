"""The face: expressions as data, instructions in words, who moves which part, and its own life."""
