"""How pages are served: who may enter, the clock at the edge, errors, formats. Knows no other room."""
