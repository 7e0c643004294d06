"""Timings of the main steps beside the same work in plain geopandas, on the same made-up data.

``python -m benchmarks [names] [--compounds 4000 30000]`` runs them; ``docs/benchmarks.md`` says
what they measure. One module a benchmark; each has ``NEEDS`` (see `benchmarks.prepare`), ``OURS``
and ``PLAIN`` (what the two sides do, in a sentence), ``ours(place)`` and ``plain(place)``, which
give a `benchmarks.job.Job`, and ``check(ours, plain)``, which compares what the two made.
"""

BENCHMARKS = {
    "polygons": "benchmarks.polygons",
    "polygons-checked": "benchmarks.polygons_checked",
    "import": "benchmarks.intake",
    "snapshot": "benchmarks.snapshot",
    "coverage": "benchmarks.coverage",
    "pairs": "benchmarks.pairs",
}
"""Names on the command line and the modules behind them, in the order of the path."""
