"""Reads. Each starts at `visible_to(user)`."""
