"""What the agent did and why, told from a recording: for operators, and for a comparison of two."""
