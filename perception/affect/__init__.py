"""What a face may be taken to express, where an operator has asked for it: off otherwise."""
