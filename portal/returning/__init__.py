"""Returning: whoever lost their authenticator comes back, and a stranger does not.

There are two ways. A recovery code, kept from the day of the first signature, with a fresh link.
Or the coach's ear: the person sets up a new app behind their link and reads eight digits aloud,
the coach types them, and after a day the app counts, unless somebody at one of the person's
addresses says that it was not them. Nobody can turn an authenticator off for somebody else, and
nothing here stands in the way of taking back (Z13).
"""
