"""What happens to sound before anybody listens: echo, trouble, the agent's own voice."""
