"""What must not leave, found in any export: the door of this room is `check.check`.

`opening` makes texts, tables and shapes of files of any kind; `words` looks for what gives itself
away by its wording, `counts` for small numbers, `sums` for withheld ones that can be worked out.
What can't be opened has not been checked, and counts as a finding.
"""
