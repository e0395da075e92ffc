"""What one does not do, or does otherwise: norms as data, and how they are looked over."""
