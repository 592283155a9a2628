"""Which documents does a newcomer meet? Drawn by the project, with results in every vendor's shape; see README.md.

`index` needs nothing beyond the standard library; `make` and what it draws with need the packages of the tests.
"""
