"""What can be left out of a takeover problem without changing its plan.

A host is *slack* when all that could go to it fits together: its capacity can never bind.
"""

from __future__ import annotations

import numpy as np

from geo.takeover.components import components
from geo.takeover.problem import Bools, Ints, TakeoverProblem


def needed_pairs(problem: TakeoverProblem) -> Ints:
    """Give the pairs that some best plan needs, ascending.

    Left out are pairs that gain nothing, pairs whose compound alone is too large for the host,
    and, for a candidate with a slack host, every pair with a longer way than that one (or as
    long and later by code): moving the candidate to the slack host keeps every row and betters
    the score. Leaving pairs out can make further hosts slack, so it is done until nothing
    changes.

    Parameters
    ----------
    problem
        In code order (`TakeoverProblem.in_code_order`).
    """
    load = problem.load[problem.pair_candidate]
    fits = load <= problem.capacity[problem.pair_host]
    keep = fits & (problem.gain[problem.pair_candidate] > 0)
    place = np.arange(len(keep))
    while True:
        free = keep & slack_hosts(problem, np.flatnonzero(keep))[problem.pair_host]
        # The best slack pair of each candidate: least way, then least place.
        best = np.full(len(problem.candidates), len(keep))
        order = np.lexsort((place[free], problem.way_mm[free]))[::-1]
        best[problem.pair_candidate[free][order]] = place[free][order]
        rival = best[problem.pair_candidate]
        has = rival < len(keep)
        rival_way = problem.way_mm[np.where(has, rival, 0)] if len(keep) else problem.way_mm
        worse = (problem.way_mm > rival_way) | ((problem.way_mm == rival_way) & (place > rival))
        fewer = keep & ~(has & worse)
        if fewer.sum() == keep.sum():
            return np.flatnonzero(keep)
        keep = fewer


def slack_hosts(problem: TakeoverProblem, pairs: Ints) -> Bools:
    """Tell which hosts could take everything that `pairs` offers them, shape (hosts,)."""
    offered = np.zeros(len(problem.hosts), np.int64)
    np.add.at(offered, problem.pair_host[pairs], problem.load[problem.pair_candidate[pairs]])
    return offered <= problem.capacity


def parts(problem: TakeoverProblem, pairs: Ints) -> list[Ints]:
    """Split pairs into parts that share no candidate and no host that is not slack.

    Returns
    -------
    Arrays of pairs, each ascending; the parts by their first pair.
    """
    if not len(pairs):
        return []
    slack = slack_hosts(problem, pairs)
    candidate, host = problem.pair_candidate[pairs], problem.pair_host[pairs]
    binds = ~slack[host]
    root = components(
        len(problem.candidates) + len(problem.hosts),
        candidate[binds],
        host[binds] + len(problem.candidates),
    )
    label = root[candidate]
    _, first, index = np.unique(label, return_index=True, return_inverse=True)
    turn = np.argsort(np.argsort(first))[index]
    order = np.argsort(turn, kind="stable")
    return np.split(pairs[order], np.flatnonzero(np.diff(turn[order])) + 1)
