"""Benches: each prints figure, value, target, baseline and control from one run."""
