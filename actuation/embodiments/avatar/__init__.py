"""The character Foyer and the scripts that make it; only its data is needed at run time."""
