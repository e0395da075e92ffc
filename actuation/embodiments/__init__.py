"""Bodies: each module here maps frames of the score to one kind of body."""
