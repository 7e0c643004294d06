"""Statistical disclosure control: what a table must withhold so that small counts stay unknown.

`grid` is a table of counts with its sums, `protect` chooses what to withhold and gives witnesses,
`audit` measures from the published table alone what can be worked out of it, `exclusion` leaves
sites out. Method: minimum-distance linear programming for complementary suppression (Kelly, Golden,
Assad 1992; Fischetti, Salazar 2001), cells in the order of need, here with integer witnesses.
"""
