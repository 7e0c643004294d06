"""Takeover plans as the service takes and gives them.

Doors: `asked.PlanAsk` and `asked.JobAsk` (a request's body), `solving.Solver` (plans made at once,
measured ground kept), `drawn.lines`, `options.options`, `files.written`.
"""
