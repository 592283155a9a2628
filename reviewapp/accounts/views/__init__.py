"""Signing in, oneself, people and keys: a request in, one act or question, an answer out."""
