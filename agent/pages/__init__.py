"""The pages' server: who is connected, what they are told, what they may ask."""
