"""What the agent can do besides talking, and the rules by which it may."""
