"""Evidence from a run: what `nbcritic rerun` saw. A review that runs nothing says nothing of this."""
