"""NBC5: what the metric hides."""
