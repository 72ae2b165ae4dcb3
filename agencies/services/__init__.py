"""Writes: the one door for each. One file per noun."""
