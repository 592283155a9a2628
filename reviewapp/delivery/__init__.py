"""How do decided rows leave? Destinations, one delivery for each of them and row, in order, at least once."""
