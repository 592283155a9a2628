"""The Unsiloed classify contract: one class for a document and one for each page that was looked at."""
