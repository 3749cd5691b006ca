"""Finding people and what they are, always within one practice."""

from portal.people.queries.persons import (
    Someone,
    account_by_login,
    account_of,
    address_of,
    address_of_person,
    answers_of,
    is_proven,
    names_of,
    person_or_missing,
    point_of,
    points_and_people,
    points_by_address,
    practice_or_missing,
    role_of,
    session_by_token,
)

__all__ = [
    "Someone", "account_by_login", "account_of", "address_of", "address_of_person", "answers_of",
    "is_proven", "names_of", "person_or_missing", "point_of", "points_and_people",
    "points_by_address", "practice_or_missing", "role_of", "session_by_token",
]
