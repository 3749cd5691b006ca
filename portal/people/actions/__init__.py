"""Making practices and people, letting them join, signing in."""

from portal.people.actions.members import open_account
from portal.people.actions.persons import (
    PRINT,
    NewPerson,
    add_address,
    forget_person,
    meet_person,
    name_person,
)
from portal.people.actions.practices import NewPractice, found_practice, keep_answers
from portal.people.actions.sessions import (
    begin_session,
    check_password,
    end_session,
    end_sessions_of,
    end_token,
    shut_out,
)
from portal.people.actions.warning import warn

__all__ = [
    "PRINT", "NewPerson", "NewPractice", "add_address", "begin_session", "check_password",
    "end_session", "end_sessions_of", "end_token", "forget_person", "found_practice",
    "keep_answers", "meet_person", "name_person", "open_account", "shut_out", "warn",
]
