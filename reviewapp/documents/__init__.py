"""Evidence: the file behind a result, kept by its content before its signed address expires, and shown safely."""
