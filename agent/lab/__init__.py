"""The policy lab: the agent's own decisions, lived through in a simulated lobby and measured."""
