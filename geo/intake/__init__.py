"""Files become facts, row by row, each with a verdict.

Door: `load.import_file`.
"""
