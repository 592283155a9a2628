"""reviewapp: people check and correct what document-extraction APIs read."""

__version__ = "0.1.0"
