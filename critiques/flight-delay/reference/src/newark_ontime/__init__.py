"""Which of today's departures will arrive late? The morning list for the operations desk at Newark."""

__version__ = "1.0.0"
