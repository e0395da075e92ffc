"""One policy a file; each is pure: situation in, wish out."""
