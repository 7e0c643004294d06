"""What becomes of suggestions: takeover cases, step by step from 建议 to 进场.

Doors: `opening.open_cases` and `opening.wanted_of`, `stepping.record`, `reading.get` and
`reading.listed`.
"""
