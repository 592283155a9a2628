"""What this room gives to templates."""
