"""Decides what to say and do. Never touches a device."""
