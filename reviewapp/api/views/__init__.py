"""Pages of this room: the keys that machines come in with."""
