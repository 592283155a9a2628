"""The SQLite backend of Django with one addition, in `base.py`; the name is the one under which settings find it."""
