"""The character Foyer and the scripts that make it; nothing here is needed at run time but its data."""
