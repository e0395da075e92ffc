"""One model each, made by `foyer train NAME`."""
