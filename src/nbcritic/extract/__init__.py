"""What of a notebook can become a package: the plan, in words, and the package written down."""
