"""NBC3: what protects the results."""
