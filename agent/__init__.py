"""The agent: its ground floor (`agent.core`) and its roof (`agent.app` and what it wires)."""
