"""Facts about one notebook, without opinion."""
