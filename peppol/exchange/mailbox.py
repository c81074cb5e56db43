"""The durable mailbox: every letter's bytes, kept as they came or as they will go.

One name for what others need of it. The tables and the steps of a letter stand in
`mailbox_tables`, our letters in `outbox`, who may send them when in `lanes`, and the letters
to us in `inbox`. A correction is a new letter; bytes never change.
"""

from peppol.inbox import (
    InLetter,
    Stored,
    body_of,
    claim,
    count_arrived,
    failed,
    note,
    replay,
    settle,
    store,
    take,
    unclaim,
)
from peppol.mailbox_tables import (
    IN_STEPS,
    OUT_STEPS,
    InState,
    OutState,
    access_point,
    attempt,
    inbox,
    lane,
    letter_note,
    metadata,
    outbox,
)
from peppol.outbox import (
    NewLetter,
    OutLetter,
    instance_id_of,
    letter_named,
    letters_out,
    put_out,
    send_again,
    sha256_of,
    verdict,
)

__all__ = [
    "IN_STEPS",
    "OUT_STEPS",
    "InLetter",
    "InState",
    "NewLetter",
    "OutLetter",
    "OutState",
    "Stored",
    "access_point",
    "attempt",
    "body_of",
    "claim",
    "count_arrived",
    "failed",
    "inbox",
    "instance_id_of",
    "lane",
    "letter_named",
    "letter_note",
    "letters_out",
    "metadata",
    "note",
    "outbox",
    "put_out",
    "replay",
    "send_again",
    "settle",
    "sha256_of",
    "store",
    "take",
    "unclaim",
    "verdict",
]
