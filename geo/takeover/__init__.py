"""Which managed project could take on which old compound next door, and why.

Door: `plan.make_plan`.
"""
