"""From pictures to people on the floor: who is here, where, and what they look at."""
