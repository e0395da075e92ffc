"""The voice: words to sound with the time of every phone, and mouths for sound without."""
