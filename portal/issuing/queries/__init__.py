"""What the coach's screens show before a text is issued."""

from portal.issuing.queries.drafts import (
    Composed,
    Material,
    composed,
    difference_of,
    material_of,
    materials_of,
)
from portal.issuing.queries.lines import LineSheet, OneLine, line_of, sentence_of, sheet_of
from portal.issuing.queries.people import Named, People, people_of, text_is_out, why_not_people
from portal.issuing.queries.preview import Preview, preview_of
from portal.issuing.queries.screens import Screen, screen_of, sentences_in
from portal.issuing.queries.texts import Text, Texts, texts_of

__all__ = ["Composed", "LineSheet", "Material", "Named", "OneLine", "People", "Preview",
           "Screen", "Text", "Texts", "composed", "difference_of", "line_of", "material_of",
           "materials_of", "people_of", "preview_of", "screen_of", "sentence_of", "sentences_in",
           "sheet_of", "text_is_out", "texts_of", "why_not_people"]
