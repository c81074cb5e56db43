"""How long things are kept, what stops their disposal, and disposing of them by two people.

A case is kept seven years after the end of the financial year (the calendar year) of the last thing that
happened in it (13 § FBF; RA-FS 2018:10); what belongs to no case has its own times (`retention_periods`). A legal
hold keeps either longer. A disposal removes bytes (`body_store`): messages, events and what was read of documents.
Rows with their numbers, days and amounts stay, and so do journal and fingerprints; so the books still balance
and the chain still verifies. What was removed stands in a protocol.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import date

from audit import body_store, disposal_store, legal_hold_store, retention_periods, retention_queries
from audit.retention_periods import Times, keep_until, months_after
from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from foundation.written import kept_words
from invoicing.journal_actions import AuditAction, InvoicingSubject

_AT_ONCE = 200
_USUAL = Times()


class RetentionRefused(Refused):
    """A hold or a disposal that cannot be."""


def hold(session: Session, reference: str, *, by: str, on: date, reason: str) -> None:
    """Keep a case, or a thing by its name, whatever its age, until the hold is lifted."""
    reason = kept_words.kept(reason, RetentionRefused, asked=Text("Skriv varför. Skälet sparas."))
    known = retention_queries.is_placed(session, reference)
    thing = retention_periods.named(reference)
    if not known and (thing is None or not retention_queries.stray_exists(session, *thing)):
        raise RetentionRefused(
            Text(
                "Det finns ingen placering %(reference)s. Ett meddelande skrivs som letter:65.",
                reference=reference,
            ),
        )
    if not legal_hold_store.add(session, reference, by=by, on=on, reason=reason):
        raise RetentionRefused(Text("%(reference)s har redan ett bevarandekrav.", reference=reference))
    about = InvoicingSubject.CASE.of(reference)
    journal.record(session, by, AuditAction.HOLD_PLACED, about, execution_reference=reference, reason=reason)


def lift(session: Session, hold_id: int, *, by: str, on: date) -> None:
    """Let a hold end. Raises RetentionRefused where it has."""
    reference = legal_hold_store.lift(session, hold_id, by=by, on=on)
    if reference is None:
        raise RetentionRefused(Text("Kravet gäller inte längre."))
    about = InvoicingSubject.CASE.of(reference)
    journal.record(session, by, AuditAction.HOLD_LIFTED, about, execution_reference=reference)


def due(
    session: Session, *, today: date, times: Times = _USUAL, limit: int = _AT_ONCE
) -> Sequence[tuple[str, date]]:
    """What has passed its time and nothing keeps: references of cases, then names, and until when each was kept."""
    ended = retention_queries.ended_cases(session, today=today, limit=limit)
    kept = [(reference, keep_until(last_day)) for reference, last_day in ended]
    cases = [(reference, until) for reference, until in kept if until < today]
    return [*cases, *strays_due(session, times, today=today, limit=limit - len(cases))]


def strays_due(session: Session, times: Times, *, today: date, limit: int) -> Sequence[tuple[str, date]]:
    """The names of what belongs to no case among them."""
    held = legal_hold_store.held(session)
    found: list[tuple[str, date]] = []
    for each in retention_queries.past_strays(session, times, today=today):
        if len(found) == limit:
            break
        name = f"{each.sort}:{each.number}"
        if name not in held:
            until = keep_until(each.day) if each.months is None else months_after(each.day, each.months)
            found.append((name, until))
    return found


def propose(session: Session, *, by: str, on: date, times: Times = _USUAL) -> int:
    """Propose to dispose of all whose time has passed; another person's word is needed."""
    cases = due(session, today=on, times=times)
    if not cases:
        raise RetentionRefused(Text("Inget ärende och inget meddelande får gallras i dag."))
    number = disposal_store.add(session, cases, by=by, on=on)
    subject = InvoicingSubject.DISPOSAL.of(number)
    journal.record(session, by, AuditAction.DISPOSAL_PROPOSED, subject, cases=str(len(cases)))
    return number


def confirm(session: Session, number: int, *, by: str, on: date, times: Times = _USUAL) -> str:
    """Dispose of what was proposed, if it still may be; the protocol. Raises RetentionRefused for the proposer."""
    proposed_by = disposal_store.lock_proposed(session, number)
    if proposed_by is None:
        raise RetentionRefused(Text("Förslaget väntar inte på svar."))
    if by == proposed_by:
        raise RetentionRefused(Text("Den som bekräftar måste vara en annan än den som föreslog."))
    may = {reference for reference, _ in due(session, today=on, times=times, limit=10**6)}
    proposed = [reference for reference, _ in disposal_store.cases_of(session, number)]
    cases = [each for each in proposed if each in may]
    removed: Counter[str] = Counter()
    fingerprint = hashlib.sha256()
    for reference in cases:
        thing = retention_periods.named(reference)
        removing = body_store.of_stray(session, *thing) if thing else body_store.of_case(session, reference)
        for kind, item_id, digest, size in removing:
            disposal_store.add_body(session, number, (kind, item_id, digest, size))
            removed[kind] += 1
            removed["bytes"] += size
            fingerprint.update(f"{kind} {item_id} {digest}\n".encode())
    protocol = json.dumps(
        {
            "disposal": number,
            "on": on.isoformat(),
            "proposed_by": proposed_by,
            "confirmed_by": by,
            "cases": [each for each in cases if retention_periods.named(each) is None],
            "outside_cases": [each for each in cases if retention_periods.named(each) is not None],
            "kept": [each for each in proposed if each not in may],
            "removed": dict(sorted(removed.items())),
            "sha256_of_list": fingerprint.hexdigest(),
        },
        ensure_ascii=False,
        indent=1,
        sort_keys=True,
    )
    disposal_store.confirm(session, number, by=by, on=on, protocol=protocol)
    journal.record(
        session,
        by,
        AuditAction.DISPOSAL_DONE,
        InvoicingSubject.DISPOSAL.of(number),
        cases=str(len(cases)),
        protocol=hashlib.sha256(protocol.encode()).hexdigest(),
    )
    return protocol


def withdraw(session: Session, number: int, *, by: str) -> None:
    """Take a proposal back."""
    if not disposal_store.withdraw(session, number):
        raise RetentionRefused(Text("Förslaget väntar inte på svar."))
    journal.record(session, by, AuditAction.DISPOSAL_WITHDRAWN, InvoicingSubject.DISPOSAL.of(number))
