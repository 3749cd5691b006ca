"""What the pictures of the desk are drawn from: shapes, an engagement at a glance, and time."""

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
from portal.desk.pictures.span import (
    Bar,
    Line,
    Lines,
    Scale,
    Tick,
    Week,
    lines,
    scale_of,
    ticks,
    weeks,
)

__all__ = ["Arc", "Bar", "Bond", "Dot", "Line", "Lines", "Relations", "Scale", "Tick", "Triangle",
           "WaitingLine", "Week", "bond", "donut", "dots", "lines", "relations", "scale_of",
           "signature_arcs", "ticks", "triangle", "waiting_line", "weeks"]
