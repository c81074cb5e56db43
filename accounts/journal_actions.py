"""What the journal says of people's accounts and of applications for one."""

from foundation.journal_entries import JournalAction, SubjectKind


class AccountAction(JournalAction):
    """What is done with an account."""

    INVITED = "account.invited"
    INVITED_AGAIN = "account.invited_again"
    TAKEN_UP = "account.taken_up"  # the one invited has chosen a password
    CHANGED = "account.changed"
    ENDED = "account.ended"
    SIGNED_IN = "account.signed_in"
    SIGNED_OUT_EVERYWHERE = "account.signed_out_everywhere"
    SESSION_ENDED = "account.session_ended"  # one of one's own, from the page of the account
    PASSWORD_CHANGED = "account.password_changed"  # noqa: S105 - an action, no password
    PASSWORD_RESET = "account.password_reset"  # noqa: S105 - an action, no password
    SECOND_STEP = "account.second_step"
    RECOVERY_CODE_USED = "account.recovery_code_used"
    CODES_FORGOTTEN = "account.codes_forgotten"
    IDENTITY_TIED = "account.identity_tied"
    IDENTITY_UNTIED = "account.identity_untied"
    INVITED_TO_TIE = "account.invited_to_tie"  # by a permission administrator, to tie an e-ID
    NUMBER_BOUND = "account.number_bound"  # the keyed hash of a personal number, never the number
    NUMBER_UNBOUND = "account.number_unbound"
    PASSKEY_ADDED = "account.passkey_added"
    PASSKEY_REMOVED = "account.passkey_removed"
    PASSKEY_COPIED = "account.passkey_copied"  # its counter went back: another device may have it
    LINK_GIVEN = "account.link_given"  # by an operator, to hand over where mail does not go
    GUESSED_AT = "account.guessed_at"  # strangers try its name more often than is free
    ADDRESS_CHANGED = "account.address_changed"


class StaffAction(JournalAction):
    """What two administrators do with the buyer's staff."""

    PROPOSED = "staff.proposed"
    CONFIRMED = "staff.confirmed"
    REFUSED = "staff.refused"
    WITHDRAWN = "staff.withdrawn"
    LAPSED = "staff.lapsed"
    FIRST_ADMINISTRATOR = "staff.first_administrator"  # let in from the host, before there were two


class ApplicationAction(JournalAction):
    """What is done with an application for accounts."""

    MADE = "application.made"
    APPROVED = "application.approved"
    REFUSED = "application.refused"


class ClientAction(JournalAction):
    """What is done with an API client."""

    MADE = "client.made"
    SECRET_MADE = "client.secret_made"  # noqa: S105 - an action, no password
    SECRET_ENDED = "client.secret_ended"  # noqa: S105 - an action, no password
    KEYS_REGISTERED = "client.keys_registered"
    TAKEN_OVER = "client.taken_over"  # by who answers for it now
    ENDED = "client.ended"
    EXPIRED = "client.expired"


class AccountsSubject(SubjectKind):
    """Whom or what rows of accounts are about."""

    PERSON = ""  # the opaque id, without a word before it
    APPLICATION = "application"
    CLIENT = "client"
    STAFF_CHANGE = "staff change"
