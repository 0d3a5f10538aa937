"""NBC2: paths, environment, security."""
