"""How each person and group relates to the agent, by rule and learned."""
