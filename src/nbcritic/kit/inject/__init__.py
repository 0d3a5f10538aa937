"""Plants known flaws into a clean notebook, each with its Remark, and proves that each one bites and nothing else changed."""
