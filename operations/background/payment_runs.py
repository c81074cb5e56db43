"""The work of large payment runs: a proposal is made, looked through, attested, and becomes files for the bank.

The same functions serve a worker and the terminal. Attesting and looking through are kept a portion at a time; making
and exporting are read for as long as it takes, and kept in one stroke.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from foundation.text import JoinedText, Text, WrittenText
from invoicing.payment import attestation
from invoicing.payment import export as payment_export
from invoicing.payment.attest_rights import NOT_ATTESTED_WORDS, NotAttested
from invoicing.payment.runs import making, portions
from invoicing.payment.transfers import ProposalState
from operations.background.running import Doing, Work
from operations.background.tasks import Outcome, TaskKind
from operations.machine import clock_trust
from operations.payment_settings import debtor_of
from orders.register import store as register_store

_CHANGED, _GONE = "CHANGED", "GONE"


def counted(count: int) -> Text:
    """A number of rows as people write it: 149 800 and 149,800."""
    said = f"{count:,}"
    return WrittenText(said.replace(",", "\u00a0"), said)


def proposal_about(number: str) -> str:
    """What work on a proposal is about: one piece at a time."""
    return f"proposal {number}"


def page_of(number: str) -> str:
    """Where the proposal is looked at."""
    return f"/finance/payments/proposals/{number}"


def propose(doing: Doing) -> None:
    """Everything due becomes a proposal. `content`: day."""
    with doing.reading() as session:
        register = register_store.load(session)
        drawn = making.draw_up(session, register, pay_on=doing.day, tell=doing.come)
    with doing.keeping() as kept:
        register = register_store.load(kept.session)
        now = doing.database.clock()
        made = making.make(kept.session, register, drawn, by=doing.task.asked_by, now=now)
        number = made.proposal.number
        said = [
            Text(
                "Betalningsförslag %(number)s är gjort, med %(rows)s rader. Nu attesterar någon annan det.",
                number=number,
                rows=counted(made.items),
            )
        ]
        if made.changed:
            said.append(
                Text(
                    "%(count)s ändrades medan det gjordes och väntar på nästa förslag.",
                    count=counted(made.changed),
                )
            )
        if drawn.held_back:
            said.append(
                Text(
                    "%(count)s hålls kvar: se dem på sidan Attest och betalning.",
                    count=counted(drawn.held_back),
                )
            )
        kept.end(Outcome(JoinedText(" ", said), made.changed > 0, page_of(number)))


def attest(doing: Doing) -> None:
    """What waits is attested as far as the rights reach. `content`: number, day, revision, after, and what was told."""
    content = dict(doing.content)
    number, told = content["number"], Counter[str](content["told"])
    while True:
        with doing.keeping() as kept:
            portion = portions.attest_portion(
                kept.session,
                register_store.load(kept.session),
                number,
                by=doing.task.asked_by,
                today=doing.day,
                now=doing.database.clock(),
                after=content["after"],
                revision=content["revision"],
            )
            attested = portion.attested
            told["ATTESTED"] += len(attested.items)
            told[_CHANGED] += len(attested.changed)
            told[_GONE] += len(attested.gone)
            told.update(str(refused.why) for _, refused in attested.refused)
            content |= {"after": portion.after, "revision": portion.revision, "told": dict(told)}
            rows_done = told.total()
            if portion.after:
                kept.advance(rows_done, content)
            else:
                kept.advance(rows_done, content)
                kept.end(_attested(told, number, attested.state))
        doing.tell(rows_done, max(doing.task.rows_total, rows_done))
        if kept.has_ended or doing.may_rest:
            return


def look_through(doing: Doing) -> None:
    """Attests of what has changed are dropped, and what may not be paid taken out. `content`: number, after, told."""
    content = dict(doing.content)
    number, told = content["number"], Counter[str](content["told"])
    while not _looked_through(doing, content, told):
        if doing.may_rest:
            return
    with doing.keeping() as kept:
        said = Text(
            "%(dropped)s rader är ändrade och måste attesteras så som de är nu, och %(taken_out)s rader är uttagna.",
            dropped=counted(told["DROPPED"]),
            taken_out=counted(told["OUT"]),
        )
        kept.end(Outcome(said, told["DROPPED"] + told["OUT"] > 0, page_of(number)))


def export(doing: Doing) -> None:
    """The attested proposal becomes files, once. `content`: number, after, told."""
    debtor = debtor_of(doing.settings)
    clock_trust.require_belief(doing.database)
    content = dict(doing.content)
    number, told = content["number"], Counter[str](content["told"])
    while not _looked_through(doing, content, told):
        if doing.may_rest:
            return
    with doing.reading() as session:
        register = register_store.load(session)
        total = doing.task.rows_total
        prepared = payment_export.prepare(
            session, register, number, debtor=debtor, tell=lambda done: doing.come(done, max(total, done))
        )
    with doing.keeping() as kept:
        plan = payment_export.export(
            kept.session,
            register_store.load(kept.session),
            number,
            debtor=debtor,
            by=doing.task.asked_by,
            now=doing.database.clock(),
            prepared=prepared,
        )
        said = Text(
            "Filen är gjord, med %(transfers)s betalningar till banken. Ladda ner den på förslagets sida.",
            transfers=counted(len(plan.transfers)),
        )
        kept.end(Outcome(said, leads_to=page_of(number)))


def _looked_through(doing: Doing, content: dict[str, object], told: Counter[str]) -> bool:
    """Look through the next portion; whether it was the last."""
    if content.get("looked_through"):
        return True
    with doing.keeping() as kept:
        after = content["after"]
        assert isinstance(after, int)  # noqa: S101 - as it was written
        dropped, last = attestation.drop_next(
            kept.session,
            register_store.load(kept.session),
            str(content["number"]),
            after=after,
            now=doing.database.clock(),
            by=doing.task.asked_by,
        )
        told["DROPPED"] += len(dropped.dropped)
        told["OUT"] += len(dropped.taken_out)
        told["SEEN"] += portions.PORTION if last else 0
        content |= {"after": last, "told": dict(told), "looked_through": last == 0}
        seen = min(told["SEEN"], doing.task.rows_total)
        kept.advance(seen, content)
    doing.tell(seen, doing.task.rows_total)
    return last == 0


def _attested(told: Counter[str], number: str, state: ProposalState) -> Outcome:
    """What was attested, what was left and why, and what to do next."""
    said = [Text("%(count)s rader är attesterade.", count=counted(told["ATTESTED"]))]
    left = [
        Text("%(count)s %(why)s", count=counted(told[why]), why=words)
        for why, words in _LEFT_WORDS.items()
        if told[why]
    ]
    count = sum(told[why] for why in _LEFT_WORDS)
    if left:
        said.append(
            Text("%(count)s är det inte: %(reasons)s.", count=counted(count), reasons=JoinedText(", ", left)),
        )
    if state is ProposalState.ATTESTED:
        said.append(Text("Förslaget kan skickas till banken."))
    by_another = any(told[why] for why in NOT_ATTESTED_WORDS if why != NotAttested.HELD_BACK)
    if by_another:
        said.append(Text("Se dem på förslagets sida, och be någon annan attestera dem."))
    if told[_CHANGED]:
        said.append(Text("Se på förslagets sida hur de ändrade är nu, och attestera dem."))
    shown = "?show=outside" if by_another else "?show=changed" if told[_CHANGED] else ""
    return Outcome(JoinedText(" ", said), bool(left), f"{page_of(number)}{shown}")


_LEFT_WORDS: Final[Mapping[str, Text]] = {
    **NOT_ATTESTED_WORDS,
    _CHANGED: Text("ändrade sedan förslaget gjordes"),
    _GONE: Text("ska inte längre betalas och är uttagna"),
}

KINDS: Final[Mapping[TaskKind, Work]] = {
    TaskKind.PROPOSE: propose,
    TaskKind.ATTEST: attest,
    TaskKind.LOOK_THROUGH: look_through,
    TaskKind.EXPORT: export,
}
"""What each kind of work does."""
