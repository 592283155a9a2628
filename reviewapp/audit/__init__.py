"""The trail alone: who did what, when, on which evidence. Knows no user, no job, no task: it keeps copied facts."""
