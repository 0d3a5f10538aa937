"""NBC0: what the notebook says to nbcritic itself."""
