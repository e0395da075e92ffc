"""What every body shares: their settings, frames sent ahead, deadlines, limits, substitutes."""
