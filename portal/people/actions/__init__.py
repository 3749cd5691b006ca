"""Making practices and people, letting them join and go, signing in."""

from portal.people.actions.accounts import change_password
from portal.people.actions.addresses import ask_address, not_my_change, object_to, prove_address
from portal.people.actions.joining import (
    NewMember,
    invite_member,
    join,
    not_for_me,
    resend,
    revoke_invitation,
)
from portal.people.actions.late import keep_late, let_go_of_late, throw_away
from portal.people.actions.members import change_role, end_membership, open_account
from portal.people.actions.names import list_name
from portal.people.actions.passwords import PasswordRefused, check_password, mark_of
from portal.people.actions.persons import (
    PRINT,
    NewPerson,
    add_address,
    forget_person,
    live_by,
    meet_person,
    name_person,
)
from portal.people.actions.practices import (
    NewPractice,
    change_practice,
    found_practice,
    keep_answers,
)
from portal.people.actions.sessions import (
    begin_session,
    end_all_sessions,
    end_other_sessions,
    end_own_session,
    end_session,
    end_sessions_in,
    end_sessions_of,
    end_token,
    prove_again,
    see,
    shut_out,
)
from portal.people.actions.tokens import make_token, revoke_token, revoke_tokens_of
from portal.people.actions.writing import warn, write_at, write_to

__all__ = [
    "PRINT",
    "NewMember",
    "NewPerson",
    "NewPractice",
    "PasswordRefused",
    "add_address",
    "ask_address",
    "begin_session",
    "change_password",
    "change_practice",
    "change_role",
    "check_password",
    "end_all_sessions",
    "end_membership",
    "end_other_sessions",
    "end_own_session",
    "end_session",
    "end_sessions_in",
    "end_sessions_of",
    "end_token",
    "forget_person",
    "found_practice",
    "invite_member",
    "join",
    "keep_answers",
    "keep_late",
    "let_go_of_late",
    "list_name",
    "live_by",
    "make_token",
    "mark_of",
    "meet_person",
    "name_person",
    "not_for_me",
    "not_my_change",
    "object_to",
    "open_account",
    "prove_address",
    "prove_again",
    "resend",
    "revoke_invitation",
    "revoke_token",
    "revoke_tokens_of",
    "see",
    "shut_out",
    "throw_away",
    "warn",
    "write_at",
    "write_to",
]
