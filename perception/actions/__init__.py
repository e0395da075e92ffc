"""What a visitor does with body, hands and head, told by sentences."""
