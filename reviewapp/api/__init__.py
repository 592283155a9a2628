"""For machines: our own rows, and answers in each vendor's own shape."""
