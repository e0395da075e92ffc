"""What every package may import: messages, the clock, the bus, components, back-end tables."""
