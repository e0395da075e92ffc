"""What the site is and knows: people, places, frequent questions."""
