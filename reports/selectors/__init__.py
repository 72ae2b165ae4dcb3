"""Reads. One file per noun; each starts at what the reader may see or at a roll-up's own scope."""
