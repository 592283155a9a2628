"""The LlamaCloud extract result contract: plain data, and a tree of metadata beside it."""
