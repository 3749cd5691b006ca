"""What the pictures of the desk are drawn from: shapes, and an engagement at a glance."""

from portal.desk.pictures.glance import Relations, WaitingLine, relations, waiting_line
from portal.desk.pictures.shapes import (
    Arc,
    Bond,
    Dot,
    Triangle,
    bond,
    donut,
    dots,
    signature_arcs,
    triangle,
)

__all__ = ["Arc", "Bond", "Dot", "Relations", "Triangle", "WaitingLine", "bond", "donut", "dots",
           "relations", "signature_arcs", "triangle", "waiting_line"]
