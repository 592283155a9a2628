"""The normal form: what every upstream's result becomes. Pure Python: no Django, no httpx, no clock."""
