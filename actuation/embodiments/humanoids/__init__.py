"""Example robots of this project, and how they are made."""
