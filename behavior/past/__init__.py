"""Questions about the past, and answers from what was really seen and heard."""
