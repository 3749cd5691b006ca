"""Finding people and what they are, always within one practice."""

from portal.people.queries.addresses import (
    is_ended_since,
    move_signer,
    objection_signer,
    objectionable,
    old_addresses,
    provable,
)
from portal.people.queries.late import late_forms, read_late
from portal.people.queries.members import (
    Invited,
    Looker,
    Member,
    account_of_person,
    account_or_missing,
    can_coach,
    closed_account,
    count_owners,
    invitation_or_missing,
    invitations_of,
    invited_as,
    invited_to,
    join_signer,
    joinable,
    joinable_by_id,
    lookers_of,
    member_or_missing,
    members_of,
    membership_of,
    open_invitations,
    why_not_invited,
    why_not_joining,
)
from portal.people.queries.persons import (
    Someone,
    account_by_login,
    account_of,
    address_of,
    address_of_person,
    answers_of,
    is_proven,
    name_prints,
    names_of,
    person_or_missing,
    point_of,
    points_and_people,
    points_by_address,
    practice_or_missing,
    session_by_token,
)
from portal.people.queries.practices import (
    ContactBlock,
    PracticeSettings,
    contact_block,
    settings_of,
    successor_of,
)
from portal.people.queries.sessions import Place, idle_of, is_shut_out, own_session, places_of
from portal.people.queries.tokens import Token, own_token, token_by_text, tokens_of, why_no_token

__all__ = [
    "ContactBlock", "Invited", "Looker", "Member", "Place", "PracticeSettings", "Someone", "Token",
    "account_by_login", "account_of", "account_of_person", "account_or_missing", "address_of",
    "address_of_person", "answers_of", "can_coach", "closed_account", "contact_block",
    "count_owners", "idle_of", "invitation_or_missing", "invitations_of", "invited_as",
    "invited_to", "is_ended_since", "is_proven", "is_shut_out", "join_signer", "joinable",
    "joinable_by_id", "late_forms", "lookers_of",
    "member_or_missing", "members_of", "membership_of", "move_signer", "name_prints", "names_of",
    "objection_signer", "objectionable", "old_addresses", "open_invitations", "own_session",
    "own_token",
    "person_or_missing", "places_of", "point_of", "points_and_people", "points_by_address",
    "practice_or_missing", "provable", "read_late", "session_by_token", "settings_of",
    "successor_of", "token_by_text", "tokens_of", "why_no_token", "why_not_invited",
    "why_not_joining",
]
