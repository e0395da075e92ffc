"""When to act, toward whom, and with which act: a small learned model and what it reads."""
