"""Data frames between what selectors read and what charts draw. pandas is loaded only where one is built."""
