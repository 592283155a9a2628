"""Our own API: jobs, rows, tasks, verdicts, decisions and the trail, as its OpenAPI says."""
