"""Tables as files. Like charts: pure functions from rows to a file."""
