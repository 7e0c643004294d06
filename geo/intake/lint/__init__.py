"""What is wrong with shapes: each fault named, with its figure and what to do about it.

Nothing is changed silently: a repair is a finding on its row, and what leaves the ground covered as
it was (heights dropped, repeated points removed) is a notice on the file. What can't be placed is
held back; whatever loads with a doubt is warned. The limits are stated in `limits`.

Doors: `check.lint` for each shape by itself, `relations.relate` for shapes beside others.
"""
