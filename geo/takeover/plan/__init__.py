"""A takeover plan of a snapshot: asked for, made, explained, argued with, kept.

Doors: `request.Request` asks, `make.make_plan` or `make.requested` answer with a `paper.Plan`;
`whatif.WhatIf` asks again, `frontier.frontier` sweeps the budget, `saved` keeps and compares.
"""
