"""Which managed project could take on which old compound next door, and why.

    neighbours ─▶ plan ◀─ solver

`neighbours` measures on the ground who lies next to whom and what stands between; `solver` finds
the best takeovers of a problem given as arrays, and knows no compounds; `plan` makes the one into
the other, and says why in words.

Door: `plan.make.make_plan`.
"""
