"""Memory: jobs, payloads, result rows and hand-offs. Rows are only ever added."""
