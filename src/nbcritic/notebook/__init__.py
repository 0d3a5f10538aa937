"""Notebook files as values: what stands in them, where it stands, and which lines are not Python."""
