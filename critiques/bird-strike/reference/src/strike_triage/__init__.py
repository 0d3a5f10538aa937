"""Does the structures team have to go out after this bird strike? A scoring service for maintenance control."""

__version__ = "1.0.0"
