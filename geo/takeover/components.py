"""Connected components of a graph, by hooking labels and shortening paths."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def components(size: int, left: Ints, right: Ints) -> Ints:
    """Label each of `size` nodes by the least node that edges join it to.

    Parameters
    ----------
    left, right
        Shape (edges,): the nodes that each edge joins.
    """
    label = np.arange(size)
    while True:
        low, high = label[left], label[right]
        apart = low != high
        if not apart.any():
            return label
        low, high = low[apart], high[apart]
        # Labels are roots: hook the later of two onto the earlier, then shorten.
        np.minimum.at(label, np.maximum(low, high), np.minimum(low, high))
        while True:
            shorter = label[label]
            if (shorter == label).all():
                break
            label = shorter
