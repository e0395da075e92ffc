"""How the learned generators are taught. Nothing here is imported at run time."""
