"""When a seal has to be replaced, when a root may sign one more, when its list is made anew."""

from __future__ import annotations

from datetime import datetime, timedelta

#: A seal this near to its end is announced to those who can do something about it.
SEAL_WARNING = timedelta(days=60)
#: A root whose end is nearer than this signs no further seal.
_ROOT_NEEDS = timedelta(days=5 * 366)
#: A revocation list is made anew this long before it ends.
_LIST_AHEAD = timedelta(days=30)


def ends_soon(ends_at: datetime, now: datetime) -> bool:
    """Tell whether a seal has to be replaced soon, or should have been."""
    return ends_at - now <= SEAL_WARNING


def can_renew(root_ends_at: datetime, now: datetime) -> bool:
    """Tell whether a root lasts long enough for one more seal."""
    return root_ends_at - now >= _ROOT_NEEDS


def list_is_due(list_ends_at: datetime, now: datetime) -> bool:
    """Tell whether a revocation list has to be made anew, so that none in a seal has ended."""
    return list_ends_at - now <= _LIST_AHEAD
