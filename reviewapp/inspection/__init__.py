"""The auditors' desk: the trail as people read it, and as files that can be checked without us."""
