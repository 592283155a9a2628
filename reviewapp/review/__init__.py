"""People: queue, claim, screen, verdict, decision."""
