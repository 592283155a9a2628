"""The LlamaCloud v2 extract contract: job, result and metadata in one answer."""
