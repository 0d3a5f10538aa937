"""NBC6: data handling, NumPy and SQL."""
