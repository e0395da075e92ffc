"""What the agent knows at this moment, and how each message changes it."""
