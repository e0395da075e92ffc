"""From a turn to a reply and its deeds: the embedded desk, and what is kept of conversations."""
