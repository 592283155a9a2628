"""The Talonic job results contract: many documents a job, plain values, flags, one confidence a row."""
