"""When somebody has begun, paused, gone on and finished: turn-taking from voice and words."""
