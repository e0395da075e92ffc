"""A simulated lobby: people with intentions, seen and heard as perception would tell it."""
