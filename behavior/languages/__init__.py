"""Languages besides English, one file each; read by `behavior/understanding/tongue.py`."""
