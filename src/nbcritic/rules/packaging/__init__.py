"""NBC4: logic that should live in a package."""
