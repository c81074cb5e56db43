"""The tables of accounts: who may sign in, as what, and what keeps a stolen or guessed secret from working.

Convention: no secret is stored as it was given. Passwords lie as argon2id, everything random (sessions,
invitations, recovery codes) as sha256. A person is known to the rest of the system by `user-<id>` only; the name
and the mail address stand here and nowhere else.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from foundation.sql import UtcDateTime
from foundation.tables import metadata

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("organisation", String(20), nullable=False),
    # The mail address in lower case; two people never share one.
    Column("sign_in_name", String(254), nullable=False, unique=True),
    Column("display_name", String(120), nullable=False),
    Column("language", String(2), nullable=False),
    Column("state", String(20), nullable=False),
    # All units of the organisation, or those in account_unit and the addresses in account_address.
    Column("all_units", Boolean, nullable=False),
    Column("password_hash", Text, nullable=False, server_default=""),
    # Sealed with the installation's key where it has one (`sealed_secrets.py`), as are the next two like it.
    Column("totp_secret", Text, nullable=False, server_default=""),
    # The step of time whose six digits were used last; none of it or before it is taken again.
    Column("totp_last_step", BigInteger, nullable=False, server_default="0"),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("made_by", String(80), nullable=False),
    # The second person who let somebody of the buyer's in, or gave a role; empty for whom one person made alone.
    Column("vouched_by", String(80), nullable=False, server_default=""),
    CheckConstraint("state in ('INVITED', 'ACTIVE', 'ENDED')", name="state"),
    CheckConstraint("sign_in_name = lower(sign_in_name)", name="sign_in_name"),
    Index("ix_account_organisation", "organisation"),
)

account_permission = Table(
    "account_permission",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("permission", String(20), primary_key=True),
)

account_unit = Table(
    "account_unit",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("unit_id", String(60), primary_key=True),
)

# Single addresses of units, beside whole units.
account_address = Table(
    "account_address",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("address_id", String(60), primary_key=True),
)

# What one administrator of the buyer's proposes about its staff, and another decides.
staff_change = Table(
    "staff_change",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    # Whom it is about; empty for one who has no account yet.
    Column("person", String(80), nullable=False),
    # What is proposed, as JSON. A name and a mail address stand here only until it is decided.
    Column("content", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("proposed_by", String(80), nullable=False),
    Column("proposed_at", UtcDateTime(), nullable=False),
    Column("decided_by", String(80), nullable=False, server_default=""),
    Column("decided_at", UtcDateTime(), nullable=True),
    Column("reason", Text, nullable=False, server_default=""),
    CheckConstraint("state in ('PROPOSED','CONFIRMED','REFUSED','WITHDRAWN','LAPSED')", name="state"),
    CheckConstraint("proposed_by <> ''", name="named"),
    CheckConstraint("(state = 'PROPOSED') = (decided_by = '')", name="decided"),
    CheckConstraint(
        "state <> 'CONFIRMED' or (decided_by <> proposed_by and decided_by <> person and proposed_by <> person)",
        name="two_people",
    ),
    Index("ix_staff_change_state", "state"),
)

# One of an organisation at a time is the responsible administrator, whom the buyer set up (REQ-50).
account_responsible = Table(
    "account_responsible",
    metadata,
    Column("organisation", String(20), primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
)

web_session = Table(
    "web_session",
    metadata,
    Column("secret_sha256", String(64), primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    # FULL: signed in. CODE: the password was right, the second step is left. ENROL: the second step must be set up.
    Column("stage", String(10), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("seen_at", UtcDateTime(), nullable=False),
    Column("ends_at", UtcDateTime(), nullable=False),
    # A secret offered for the second step until its first code has been given.
    Column("offered_totp", Text, nullable=False, server_default=""),
    # Whose word began it, where a provider's did: its issuer, the person there, and its own name for the session.
    Column("openid_issuer", String(200), nullable=False, server_default=""),
    Column("openid_subject", String(200), nullable=False, server_default=""),
    Column("openid_session", String(200), nullable=False, server_default=""),
    CheckConstraint("stage in ('FULL', 'CODE', 'ENROL')", name="stage"),
    Index("ix_web_session_account_id", "account_id"),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("code_sha256", String(64), primary_key=True),
    Column("used_at", UtcDateTime(), nullable=True),
)

# A link sent by mail: to take up an account, to choose a new password, or to tie an e-ID. Good once, and for a time.
mailed_link = Table(
    "mailed_link",
    metadata,
    Column("secret_sha256", String(64), primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("purpose", String(10), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("ends_at", UtcDateTime(), nullable=False),
    Column("used_at", UtcDateTime(), nullable=True),
    CheckConstraint("purpose in ('INVITE', 'RESET', 'IDENTITY')", name="purpose"),
    Index("ix_mailed_link_account_id", "account_id"),
)

# A browser that an account has been signed in to from: by the sha256 of the secret in its cookie.
known_device = Table(
    "known_device",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("secret_sha256", String(64), primary_key=True),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("seen_at", UtcDateTime(), nullable=False),
    Index("ix_known_device_seen_at", "seen_at"),
)

# An account whose password strangers guess at: since when, when it was last seen, its owner and the operators told.
guessed_account = Table(
    "guessed_account",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("since", UtcDateTime(), nullable=False),
    Column("seen_at", UtcDateTime(), nullable=False),
    Column("told_at", UtcDateTime(), nullable=False),
    Column("alarmed_at", UtcDateTime(), nullable=True),
)

# Wrong tries, counted for a key such as one name tried from one client.
wrong_try = Table(
    "wrong_try",
    metadata,
    Column("key_sha256", String(64), primary_key=True),
    # Those that have not lapsed, and since when the next one lapses.
    Column("count", Integer, nullable=False),
    Column("last_at", UtcDateTime(), nullable=False),
    Column("open_at", UtcDateTime(), nullable=False),
    Index("ix_wrong_try_last_at", "last_at"),
)

account_application = Table(
    "account_application",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("organisation", String(20), nullable=False),
    Column("contact_name", String(120), nullable=False),
    Column("email", String(254), nullable=False),
    Column("telephone", String(40), nullable=False, server_default=""),
    # Ids of units, one a line; empty for all.
    Column("units", Text, nullable=False, server_default=""),
    Column("language", String(2), nullable=False),
    Column("state", String(20), nullable=False),
    Column("made_on", Date, nullable=False),
    Column("decided_on", Date, nullable=True),
    Column("decided_by", String(80), nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("account_id", ForeignKey("account.id"), nullable=True),
    CheckConstraint("state in ('WAITING', 'APPROVED', 'REFUSED')", name="state"),
    Index("ix_account_application_state", "state"),
)
# A second application for the same company waits for nothing new.
Index(
    "uq_account_application_waiting",
    account_application.c.organisation,
    unique=True,
    sqlite_where=text("state = 'WAITING'"),
    postgresql_where=text("state = 'WAITING'"),
)
