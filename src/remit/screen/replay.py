"""A finished screening done again: what an order and a rule would have saved, had they been used."""

from collections.abc import Collection, Mapping, Sequence
from math import ceil

import numpy as np

from remit.errors import InputError
from remit.screen.order import Ranking
from remit.screen.stopping import Seen

EACH_UP_TO, SHARE = 20, 0.05


def replay(
    ranking: Ranking,
    goes_on: Mapping[str, bool],
    *,
    upto: float = 1.0,
    batch: float = SHARE,
    before: Collection[str] = (),
) -> list[Seen]:
    """Return the records in the order in which they would have been read, each with whether it went on.

    Learned again after every decision up to 20, then after every `batch` (a share of what is decided; 0 for every
    decision throughout). Ends when `upto` of all that went on are found. Records decided `before`, as when a review is
    brought up to date, are learned from and neither read again nor counted.

    Raises
    ------
    InputError
        None went on, of those not decided before.
    """
    truth = np.array([goes_on[r] for r in ranking.ids], bool)
    seen = np.array([i for i, r in enumerate(ranking.ids) if r in before], np.int64)
    told, total = seen.size, int(truth.sum()) - int(truth[seen].sum())
    if not total:
        raise InputError("no record went on; a screening that found nothing cannot be done again")
    wanted, found = ceil(round(upto * total, 9)), 0
    best = ranking.course()
    while found < wanted:
        step = max(1, int(batch * (seen.size - told))) if seen.size - told >= EACH_UP_TO else 1
        new = best(seen, truth[seen], step)
        seen = np.concatenate([seen, new])
        found += int(np.count_nonzero(truth[new]))
    return [(ranking.ids[i], bool(truth[i])) for i in seen[told:]]


def work_saved(seen: Sequence[Seen], total: int, relevant: int, recall: float = 0.95) -> float:
    """Return work saved over sampling: the share of records unread when `recall` was reached, less 1 - recall.

    Source: Cohen et al. (2006), J Am Med Inform Assoc 13:206-219.
    """
    wanted = ceil(round(recall * relevant, 9))
    found = 0
    for read, (_, on) in enumerate(seen, 1):
        found += on
        if found >= wanted:
            return (total - read) / total - (1 - recall)
    raise InputError(f"the order ends at {found} of {wanted} relevant records; replay it further")
