"""Pages of this room: what is on its way out, and where to."""
