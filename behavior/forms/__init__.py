"""Forms on the kiosk's screen: described as data, filled by voice and by hand, step by step."""
