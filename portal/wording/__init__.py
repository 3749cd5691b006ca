"""Wording: the words that people sign, and the rules for putting them together.

Words of this room: a *pack* is the content that ships with the portal (clauses, templates,
vocabulary, questions, privacy notice); a *draft* is a template with its answers, names, dates
and lines; a *line* is one permission or one no; a *page* is one screen of the reading.

The room never stores anything, never knows the time, and never lets a text out that lacks a
value, promises too much, or allows more than its template does. New templates are data in
`pack/`; what is frozen and signed is the record that `policy.canonical_record` builds.
"""
