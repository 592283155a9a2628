"""Reviewed rows in each vendor's own shape: the vendor's client reads them by changing its base URL."""
