"""The takeover problem as arrays, and its best plan.

Doors: `problem.Problem` (the formulation is in its docstring; optional rules in `rules`),
`goals` (what to achieve), `solve.solve`, `fairness.fairest`, `sweep.frontier`.
"""
