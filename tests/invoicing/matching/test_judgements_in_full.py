"""Judgements as they are kept: each check by its name, each deviation with all it says; and the edges between them.

The golden file is what `billing explain` and the journal's matches rest on: who acts, where the value is from, which
sentence is chosen. A difference in it is a change somebody must want; it is written anew with
`BILLING_WRITE_GOLDEN=1 pytest tests/invoicing/matching/test_judgements_in_full.py`.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from foundation.money import Quantity
from invoicing.matching import causes, payees
from invoicing.matching.deviation_texts import title
from invoicing.matching.deviations import Check, DeviationActor, DeviationCode, Group, Match, Weight
from invoicing.matching.facts import Facts
from invoicing.matching.invoice_matching import match
from invoicing.matching.partial_acceptance import judged_parts
from invoicing.model import InvoiceContent, PayeeGiven
from orders.register.parties import AccountScheme, PaymentAccount
from tests.support.golden import is_golden
from tests.support.stories.builders import (
    a_line,
    a_receipt,
    a_result_order,
    an_interruption,
    an_invoice,
    an_order,
    facts_of,
    sek,
    with_lines,
)
from tests.support.stories.credit_stories import CREDIT_STORIES
from tests.support.stories.deviation_stories import ORDER, RECEIVED, STORIES, codes, line_with
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN

LAST_DAY = ORDER.lines[0].period.end


def told(node: Check | Group, depth: int = 1) -> Iterator[str]:
    """The tree of a judgement, a line for each check and one below it for each of its deviations."""
    if isinstance(node, Group):
        yield f"{'  ' * depth}{node.name}:"
        for each in node.checks:
            yield from told(each, depth + 1)
        return
    yield f"{'  ' * depth}{node.name}: {node.outcome}"
    for other in node.deviations:
        said = f"{other.code} {other.variant}".strip()
        yield f"{'  ' * (depth + 1)}! {said}, {other.weight.name}, {other.term}, {other.actor} acts"
        yield f"{'  ' * (depth + 2)}{other.found_from} says “{other.found}”, {other.expected_from} “{other.expected}”"
        yield f"{'  ' * (depth + 2)}line “{other.line}”, see “{other.reference}”"


def judgements() -> Iterator[tuple[str, Match]]:
    for story in STORIES:
        yield f"{story.code}: {story.name}", match(story.invoice, story.facts)
    for credit in CREDIT_STORIES:
        yield f"{credit.code}: credit note that {credit.name}", credit.match
    price = {"price": Decimal("96.00"), "quantity": Quantity.days(7)}
    yield "a line that is not its own product either", match(line_with(**price, amount=sek("1.00")), RECEIVED)
    several = facts_of(
        ORDER, a_receipt(ORDER), a_receipt(ORDER, "002"), policy=replace(RECEIVED.policy, several_lines=True)
    )
    for name, besides in (
        ("a line besides that is like none", a_line("", days="1", price="7.00", line_id="2")),
        ("a line besides that may be February's", a_line("", days="28", line_id="2")),
        ("a line besides that names none there is", a_line("99", days="1", price="7.00", line_id="2")),
    ):
        yield name, match(with_lines(an_invoice(ORDER), a_line("001"), besides), several)
    for name, invoice, facts in of_two_orders():
        yield name, match(invoice, facts)
    for name, facts in revoked().items():
        yield name, match(an_invoice(facts.order.order if facts.order else ORDER), facts)


def test_every_judgement_says_all_it_did() -> None:
    lines = [line for name, found in judgements() for line in ("", name, *told(found.tree))]
    is_golden("judgements.txt", ("\n".join(lines[1:]) + "\n").encode())


def of_two_orders() -> Iterator[tuple[str, InvoiceContent, Facts]]:
    """An invoice over two orders: right, wrong on one of them, wrong as a whole, or for one that is none of ours."""
    policy = replace(RECEIVED.policy, several_orders=True)
    first, second = an_order(), an_order(number="2100000009", execution_reference="100000109")
    lines = (
        replace(a_line(), order_number=first.number),
        replace(a_line(line_id="2"), order_number=second.number),
    )
    known = [facts_of(each, a_receipt(each), policy=policy) for each in (first, second)]
    both = {each.order.order.number: each.order for each in known if each.order is not None}
    facts = replace(known[0], orders=both)
    right = with_lines(an_invoice(first), *lines)
    yield "two orders", right, facts
    dear = replace(lines[1], price=Decimal("96.00"))
    yield "two orders, one of them too dear", with_lines(right, lines[0], dear), facts
    exempt = replace(lines[1], vat_category="E")
    yield "two orders, one of them exempt", with_lines(right, lines[0], exempt), facts
    yield (
        "two orders, one of them none of ours",
        right,
        replace(facts, orders={first.number: both[first.number]}),
    )
    yield (
        "two orders for another buyer, of a type that asks for nothing",
        replace(
            right,
            buyer="5560360793",
            type_code="325",
            contract="AVT-9999",
            references=("100000999",),
            amount_prepaid=sek("1.00"),
            due_on=None,
            accounts=(),
            payee=PayeeGiven("Fordringsköp Exempel AB"),
            issued_on=first.issued_on - timedelta(days=1),
            vat=tuple(replace(each, tax=sek("1.00")) for each in right.vat),
        ),
        facts,
    )
    without = replace(facts.supplier, f_tax=False) if facts.supplier else None
    yield (
        "two orders without F-tax, in euro",
        replace(right, currency="EUR"),
        replace(facts, supplier=without),
    )


# What was approved and is taken back ---------------------------------------------------------


def revoked(day: date = date(2026, 3, 9)) -> dict[str, Facts]:
    """A month and a result whose approval was taken back, on a placement that goes on, has ended or was called off."""
    found = {}
    for kind, order in (("a month", an_order()), ("a result", a_result_order())):
        for how, more in (
            ("goes on", {}),
            ("has ended", {"interruption": an_interruption(LAST_DAY - timedelta(days=60))}),
            ("was called off", {"cancelled": True}),
        ):
            facts = facts_of(order, **more)
            assert facts.order is not None
            taken = {key: replace(each, revoked_on=day) for key, each in facts.order.lines.items()}
            name = f"{kind} whose approval was taken back, of a placement that {how}"
            found[name] = replace(facts, order=replace(facts.order, lines=taken))
    return found


@pytest.mark.parametrize("name", revoked())
def test_what_was_taken_back_is_in_question_and_told_as_such_unless_all_was_called_off(name: str) -> None:
    facts = revoked()[name]
    assert facts.order is not None
    found = match(an_invoice(facts.order.order), facts).deviations
    (deviation,) = [each for each in found if each.code is DeviationCode.NOT_RECEIVED]
    kind = "revoked_report" if "month" in name else "revoked"
    variant = "cancelled" if "called off" in name else f"{kind} 2026-03-09"
    assert (deviation.weight, deviation.variant) == (Weight.QUESTION, variant)
    assert deviation.actor is DeviationActor.SUPPLIER


# Edges ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "variant"), [(0, ""), (1, "interrupted"), (5, "interrupted")])
def test_a_month_is_told_as_interrupted_where_days_of_it_come_after(before: int, variant: str) -> None:
    ended = LAST_DAY - timedelta(days=before)
    facts = facts_of(ORDER, a_receipt(ORDER, days=20), interruption=an_interruption(ended))
    (deviation,) = [
        each for each in match(an_invoice(ORDER), facts).deviations if each.code is DeviationCode.QUANTITY
    ]
    assert deviation.variant == (f"{variant} {ended}" if variant else "")


@pytest.mark.parametrize(("days", "expected"), [(-1, [DeviationCode.ISSUE_DATE]), (0, []), (1, [])])
def test_an_invoice_may_be_dated_on_the_last_day_that_was_received(
    days: int, expected: list[DeviationCode]
) -> None:
    dated = replace(an_invoice(ORDER), issued_on=LAST_DAY + timedelta(days=days))
    assert codes(dated, replace(RECEIVED, received_on=LAST_DAY + timedelta(days=9))) == expected


OWN = PaymentAccount(AccountScheme.BANKGIRO, "5999107")


@pytest.mark.parametrize(
    ("number", "name", "is_theirs"),
    [
        (LARKDRILLEN, "Annan AB", True),
        (FYRBAKEN, "Factor AB", False),
        ("", "Factor AB", True),
        ("", " factor  ab ", True),
        ("", "Annan AB", False),
        ("", "", False),
    ],
)
def test_an_account_is_a_payees_by_its_number_and_otherwise_by_its_name(
    number: str, name: str, is_theirs: bool
) -> None:
    held = replace(OWN, payee_number=LARKDRILLEN, payee_name="Factor AB")
    given = PayeeGiven(name, company=number)
    assert payees.is_account_of(held, given) is is_theirs
    unnumbered = replace(OWN, payee_name="Factor AB")
    assert payees.is_account_of(unnumbered, given) is (" ".join(name.split()).lower() == "factor ab")
    assert not payees.is_account_of(OWN, given)


def test_a_seller_is_known_by_the_name_it_has_in_our_register_or_writes_itself() -> None:
    invoice = replace(an_invoice(ORDER), supplier_name="Fyren", payee=PayeeGiven("FYREN"))
    registered = replace(invoice, payee=PayeeGiven("Fyrbåken Exempel AB"))
    for paid_to in (invoice, registered):
        assert payees.other_than_seller(paid_to, RECEIVED.supplier) is None
    assert payees.other_than_seller(invoice, None) is None
    assert payees.other_than_seller(registered, None) == registered.payee
    nameless = replace(invoice, supplier_name="", payee=PayeeGiven(""))
    assert payees.other_than_seller(nameless, None) == PayeeGiven("")


@pytest.mark.parametrize(
    ("payee", "is_seller"),
    [
        (PayeeGiven("Annan AB", company=FYRBAKEN), True),
        (PayeeGiven("Annan AB", company=f"SE{FYRBAKEN}01"), True),
        (PayeeGiven("Annan AB", (FYRBAKEN, LARKDRILLEN)), False),
        (PayeeGiven("Annan AB", ("7300010000001",)), True),
        (PayeeGiven("Annan AB", ("7300010000002",)), False),
        (PayeeGiven("Annan AB", ("0088",)), False),
        (PayeeGiven("fyrbåken exempel ab"), True),
        (PayeeGiven(""), False),
    ],
    ids=str,
)
def test_a_payee_that_is_the_seller_itself_is_no_other(payee: PayeeGiven, is_seller: bool) -> None:
    invoice = replace(an_invoice(ORDER), payee=payee, endpoint="0088:7300010000001")
    assert (payees.other_than_seller(invoice, RECEIVED.supplier) is None) is is_seller


def test_what_is_said_of_an_order_is_said_of_each_of_its_lines_and_of_no_other() -> None:
    """Of two orders one is of another contract than the invoice says: its two lines are not accepted, the third is."""
    policy = replace(RECEIVED.policy, several_orders=True, several_lines=True, partial_acceptance=True)
    first, second = an_order(), an_order(number="2100000009", execution_reference="100000109")
    lines = (
        replace(a_line("001"), order_number=first.number),
        replace(a_line("002", days="28", line_id="2"), order_number=first.number),
        replace(a_line("001", line_id="3"), order_number=second.number),
    )
    first = replace(first, contract_id="AVT-9999")
    facts = facts_of(first, a_receipt(first), a_receipt(first, "002"), policy=policy)
    other = facts_of(second, a_receipt(second), policy=policy)
    assert facts.order is not None
    assert other.order is not None
    facts = replace(facts, orders={first.number: facts.order, second.number: other.order})
    invoice = with_lines(an_invoice(second), *lines)
    parts, of_document = judged_parts(invoice, facts, match(invoice, facts))
    assert [(each.key[0], bool(each.deviations)) for each in parts] == [
        (first.number, True),
        (first.number, True),
        (second.number, False),
    ]
    assert of_document == ()


def test_only_a_claim_for_late_payment_that_nobody_has_judged_awaits_a_decision() -> None:
    claims = [each for each in judgements() if DeviationCode.LATE_PAYMENT_CLAIM in each[1].codes]
    assert claims
    for name, found in judgements():
        claims_in = [each for each in found.deviations if each.code is DeviationCode.LATE_PAYMENT_CLAIM]
        awaits = any(each.weight > Weight.NOTE and each.variant == "" for each in claims_in)
        assert causes.awaits_decision(found) is awaits, name


# Why, in two or three words ------------------------------------------------------------------------------


def test_the_cause_is_the_title_of_what_decided_and_otherwise_what_its_code_is_called() -> None:
    for name, found in judgements():
        (first, *_) = [*found.codes, ""]
        if not first:
            assert causes.cause(found.codes, found).sv == "", name
            continue
        decided = next(each for each in causes.gravest(found) if each.code == first)
        assert causes.cause(found.codes, found) == title(decided), name
        # Where the books hold no judgement, or another one, the code alone tells it.
        assert causes.cause(found.codes, None) == causes.code_name(first)
        assert causes.cause((DeviationCode.BUYER,), match(an_invoice(ORDER), RECEIVED)) == causes.code_name(
            "BUYER"
        )
        said = [each.sv for each in causes.causes(found.codes, found)]
        assert len(said) == len({*said}), name
        assert said[0] == title(decided).sv, name
        assert [each.sv for each in causes.causes(found.codes, None)] == [
            causes.code_name(each).sv for each in found.codes
        ]
    assert causes.cause((), None).sv == ""
    assert causes.causes((), None) == ()


def test_only_what_weighs_more_than_a_note_stops_a_document() -> None:
    for name, found in judgements():
        heaviest = max((each.weight for each in found.deviations), default=Weight.NOTE)
        assert causes.stops(found) is (heaviest > Weight.NOTE), name
        assert all(each.weight is heaviest for each in causes.gravest(found)), name
        assert len(causes.gravest(found)) == sum(each.weight is heaviest for each in found.deviations), name
