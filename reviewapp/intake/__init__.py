"""In: results come from files and, later, from the upstreams themselves."""
