"""The loop on which async tests run: nothing waits, ninety seconds pass in ten milliseconds."""

from agent.virtual_time import VirtualTimeLoop

__all__ = ["VirtualTimeLoop"]
