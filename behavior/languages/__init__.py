"""Languages besides English, one file each; read by `behavior/tongue.py`."""
