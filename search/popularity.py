"""How popular a repository is: pulls and stars, the older the less they count.

Forward decay (Cormode et al., 2009): a pull of today counts twice what one counted half a year ago, and
what was counted once is never touched again. So the order of repositories that nobody pulls does not
change, and nothing has to be reckoned anew as time passes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

MOST_POPULAR = 4095  # twelve bits: a place in SQLite's index has room for no more
_HALF_LIFE = 180  # days
_FIRST_DAY = date(2020, 1, 1)
_WORTH_OF_A_STAR = 50  # pulls
_STEPS = 8  # of each doubling: finer differences do not decide who comes first


def popularity(
    pulls_by_day: Iterable[tuple[date, int]], *, older_pulls: int, stars: int, last: date
) -> int:
    """Return 0 (nobody ever) to 4095: the logarithm of what is left of pulls and stars.

    Stars, and pulls from before days were counted, are as old as the last push (`last`): what nobody
    looks after any more fades, however much it was liked.
    """
    worth = (older_pulls + stars * _WORTH_OF_A_STAR) * _weight(last)
    worth += sum(pulls * _weight(day) for day, pulls in pulls_by_day)
    return min(MOST_POPULAR, round(_STEPS * math.log2(1 + worth))) if worth > 0 else 0


def _weight(day: date) -> float:
    return math.exp2((day - _FIRST_DAY).days / _HALF_LIFE)
