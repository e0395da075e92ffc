"""What a visitor's line asks for, in any of the languages."""
