"""The encounter as text: who came, stood where, looked, spoke, and what the agent did."""
