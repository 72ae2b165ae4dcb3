"""Plotly figures: pure functions from a data frame to a figure. plotly is loaded only where one is built."""
