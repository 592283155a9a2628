"""What is due, who does it, and who is alive? Leases on rows, and workers' signs of life. Knows no other room."""
