"""What evidence does without anybody asking: sealing, renewing, and lists of the revoked."""

from portal.evidence.jobs.renewing import renew_papers
from portal.evidence.jobs.sealing import renew_lists, seal_due

__all__ = ["renew_lists", "renew_papers", "seal_due"]
