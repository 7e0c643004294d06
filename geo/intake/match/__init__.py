"""Rows without a code find their compound: by name first, and by what else speaks for a pair.

The door: `names.parse` (how a name is read), `subject.Subject` (what is known of either side),
`decide.match` (who takes whom), `in_import.take_codes` (the step of an import), `proposals`,
`queue` and `record` (what ``wuye match`` shows and writes). Thresholds are `decide.Thresholds`.
"""
