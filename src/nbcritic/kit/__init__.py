"""The training kit: scenarios, their messy notebooks, and the tools that make and grade them."""
