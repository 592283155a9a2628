"""Pages of this room: jobs, what could not be read, upstreams."""
