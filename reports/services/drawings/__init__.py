"""One file per noun: from a selector's rows over a frame to a figure and the table behind it."""
