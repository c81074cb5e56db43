"""What is suggested: what the document says before what has the same sum, and never another participant's."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.periods import Month, Period
from invoicing.matching import suggestions
from invoicing.matching.candidates import (
    InvoiceCandidate,
    LineCandidate,
    NamedOrder,
    Suggestion,
    one_slip,
    told,
)
from invoicing.matching.credit_notes import credit_suggestions
from invoicing.matching.deviations import SuggestionBasis
from invoicing.model import InvoiceContent, InvoiceState, Mention, PeriodGiven
from tests.support.stories.builders import a_credit_note, a_receipt, an_invoice, an_order, facts_of, sek

ORDER = an_order()
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
PARTICIPANTS = 5

participants = st.integers(1, PARTICIPANTS)
places = st.sampled_from(["BT-10", "BT-12", "BT-14", "BT-19", "BT-22", "BT-153"])


def number(participant: int, order: int = 0) -> str:
    return f"21000{order}00{participant:02}"


def reference(participant: int) -> str:
    return f"1000001{participant:02}"


def a_candidate(
    participant: int, *, line: str = "001", month: int = 1, amount: str = "2945.00"
) -> LineCandidate:
    return LineCandidate(
        number(participant),
        line,
        reference(participant),
        Month(2026, month),
        Decimal(31),
        Decimal("95.00"),
        sek(amount),
    )


def named(*those: int, theirs: bool = True) -> list[NamedOrder]:
    return [NamedOrder(number(each), reference(each), YEAR, theirs) for each in those]


def saying(*mentions: tuple[str, str], order_number: str = "") -> InvoiceContent:
    return replace(
        an_invoice(ORDER), order_number=order_number, mentions=tuple(Mention(*each) for each in mentions)
    )


@st.composite
def candidates(draw: st.DrawFn) -> list[LineCandidate]:
    found = draw(
        st.lists(
            st.tuples(participants, st.integers(1, 6), st.sampled_from(["2945.00", "2945.01", "95.00"])),
            max_size=12,
        )
    )
    return [a_candidate(who, line=f"{month:03}", month=month, amount=amount) for who, month, amount in found]


@given(who=participants, by_order=st.booleans(), place=places, lines=candidates(), slip=st.booleans())
def test_where_a_participant_is_named_no_other_is_suggested(
    who: int, by_order: bool, place: str, lines: list[LineCandidate], slip: bool
) -> None:
    said = number(who) if by_order else reference(who)
    invoice = saying((place, said), order_number=number(who % PARTICIPANTS + 1, 9) if slip else "")
    ranked = suggestions.lines(invoice, named(who), lines)
    assert {each.execution_reference for each in ranked} <= {reference(who)}
    found = suggestions.orders(invoice, named(who), ranked)
    assert [each.number for each in found] == [number(who)]
    assert found[0].place == place


@given(who=participants, place=places, lines=candidates())
def test_where_another_suppliers_order_is_named_none_is_suggested(
    who: int, place: str, lines: list[LineCandidate]
) -> None:
    own = [each for each in lines if each.order_number != number(who)]
    invoice = saying((place, number(who)))
    ranked = suggestions.lines(invoice, named(who, theirs=False), own)
    assert suggestions.orders(invoice, named(who, theirs=False), ranked) == ()


@given(lines=candidates())
def test_what_is_suggested_by_its_sum_has_the_sum(lines: list[LineCandidate]) -> None:
    invoice = saying()
    for each in suggestions.lines(invoice, [], lines):
        assert each.received == invoice.amount_net


def test_the_number_in_the_document_comes_before_the_line_of_the_same_sum() -> None:
    invoice = saying(("BT-10", number(3)))
    ranked = suggestions.lines(invoice, named(3), [a_candidate(1), a_candidate(3, amount="95.00")])
    assert [each.order_number for each in ranked] == [number(3)]
    assert told(suggestions.orders(invoice, named(3), ranked)) == (number(3), "named BT-10")


def test_a_participants_order_is_suggested_before_anything_is_received() -> None:
    invoice = saying(("BT-10", reference(2)))
    assert told(suggestions.orders(invoice, named(2), [])) == (number(2), "participant BT-10")


def test_of_many_with_the_same_sum_none_is_told() -> None:
    few = tuple(Suggestion(number(each), SuggestionBasis.SUM) for each in range(1, 4))
    assert told(few) == (f"{number(1)}, {number(2)}, {number(3)}", "sum")
    assert told((*few, Suggestion(number(4), SuggestionBasis.SUM))) == ("", "")


@pytest.mark.parametrize(
    ("given_number", "slips"),
    [
        ("2100000024", True),  # another
        ("2100000032", True),  # two exchanged
        ("210000023", True),  # one missing
        ("21000000233", True),  # one too many
        ("2100000023", False),  # none
        ("2100000044", False),
        ("2100000203", True),
        ("2100", False),
        ("", False),
    ],
)
def test_a_slip_of_the_hand_is_one_character(given_number: str, slips: bool) -> None:
    assert one_slip(given_number, "2100000023") is slips


# Order lines ----------------------------------------------------------------------------------


def suggested_line(line_id: str, period: PeriodGiven | None, *months: str, days: int = 31) -> list[str]:
    """The order lines suggested for a line called `line_id`, where these lines of the order are received."""
    order = facts_of(ORDER, *(a_receipt(ORDER, each) for each in months)).order
    assert order is not None
    invoice = an_invoice(ORDER, days=days)
    line = replace(invoice.lines[0], order_line=line_id, period=period)
    alone = replace(invoice, lines=(line,))
    return list(suggestions.order_lines(line, alone, order, suggestions.NamedLines.of(alone)))


JANUARY, MARCH = (PeriodGiven(date(2026, month, 1), date(2026, month, 31)) for month in (1, 3))


@pytest.mark.parametrize(
    ("line_id", "period", "received", "suggested"),
    [
        ("1", None, ("001",), ["001"]),
        ("1", None, ("002", "003"), ["001"]),  # ours, though not received
        ("1", MARCH, ("001", "003"), ["003"]),  # the program numbers its own lines
        ("01", JANUARY, ("001", "003"), ["001"]),
        ("", JANUARY, ("001", "003"), ["001"]),
        ("", None, ("001", "002"), ["001"]),  # 31 days, not 28
        ("", None, ("001", "003"), ["001"]),  # both 31 days: dated the month after January
        ("99", None, (), []),
    ],
)
def test_the_line_that_most_speaks_for_is_suggested(
    line_id: str, period: PeriodGiven | None, received: tuple[str, ...], suggested: list[str]
) -> None:
    assert suggested_line(line_id, period, *received) == suggested


# Credit notes ---------------------------------------------------------------------------------


def an_invoice_of(participant: int, **changes: object) -> InvoiceCandidate:
    found = InvoiceCandidate(
        number=f"F-10{participant:02}",
        order_number=number(participant),
        execution_reference=reference(participant),
        issued_on=date(2026, 2, 3),
        amount=sek("3681.25"),
        state=InvoiceState.ACCEPTED,
        lines=("001",),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


@given(who=participants, others=st.lists(participants, max_size=8), by_order=st.booleans())
def test_a_credit_that_names_a_participant_is_suggested_no_others_invoice(
    who: int, others: list[int], by_order: bool
) -> None:
    said = number(who) if by_order else reference(who)
    credit = replace(
        a_credit_note(an_invoice(ORDER)), credits=(), order_number="", mentions=(Mention("BT-22", said),)
    )
    invoices = [an_invoice_of(each) for each in (*others, who)]
    ranked = credit_suggestions.credits(credit, named(who), invoices)
    assert ranked
    assert {each.execution_reference for each in ranked} == {reference(who)}


def test_a_credit_is_never_suggested_an_invoice_in_another_currency() -> None:
    credit = replace(a_credit_note(an_invoice(ORDER)), credits=(), order_number=number(1))
    euro = an_invoice_of(1, amount=replace(sek("3681.25"), currency="EUR"))
    assert credit_suggestions.credits(credit, named(1), [euro]) == []


def test_of_the_invoices_on_an_order_that_of_the_same_sum_and_line_comes_first() -> None:
    credit = replace(a_credit_note(an_invoice(ORDER)), credits=(), order_number=number(1))
    right = an_invoice_of(1, number="F-2002")
    other = an_invoice_of(1, number="F-2001", lines=("002",), amount=sek("3325.00"))
    ranked = credit_suggestions.credits(credit, named(1), [other, right])
    assert [each.number for each in ranked] == ["F-2002", "F-2001"]
    assert told(credit_suggestions.best(ranked)) == ("F-2002", "order BT-13")
