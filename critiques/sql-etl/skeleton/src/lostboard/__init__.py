"""Hours that passengers lose to bad weather, by airport and month."""
