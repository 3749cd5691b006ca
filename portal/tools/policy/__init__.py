"""What programs may send and what they get, and the description of both in OpenAPI."""

from portal.tools.policy.openapi import MOST, PAGE, openapi
from portal.tools.policy.told import told_decision, told_moment

__all__ = ["MOST", "PAGE", "openapi", "told_decision", "told_moment"]
