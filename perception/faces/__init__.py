"""What a face does, from its points: geometry, never feelings."""
