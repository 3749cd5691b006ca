"""What the coach's screens show before a text is issued."""

from portal.issuing.queries.drafts import Composed, Material, composed, material_of, materials_of
from portal.issuing.queries.people import Named, People, people_of, why_not_people
from portal.issuing.queries.screens import Screen, screen_of, sentences_in
from portal.issuing.queries.texts import Text, Texts, texts_of

__all__ = ["Composed", "Material", "Named", "People", "Screen", "Text", "Texts", "composed",
           "material_of", "materials_of", "people_of", "screen_of", "sentences_in", "texts_of",
           "why_not_people"]
