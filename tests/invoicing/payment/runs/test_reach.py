"""How far rights reach is counted by the database as the rule says it of each row, whatever rights there are."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, insert, select

from foundation.sql import Session
from invoicing.documents.tables import document_decision
from invoicing.payment import attest_right_store, payable_store, proposal_store
from invoicing.payment.attest_rights import AttestRefused, granted
from invoicing.payment.proposal_store import Proposal
from invoicing.payment.runs import proposal_queries, reach_queries
from invoicing.payment.runs.proposal_queries import Show
from invoicing.payment.tables import (
    account_confirmation,
    attest_right,
    attest_substitute,
    payment_item,
)
from orders.register import store as register_store
from tests.support.stories.many_to_pay import MARCH, five_invoices
from tests.support.stories.paying import NOW, OFFICER, PayDesk
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

PEOPLE = ("user-21", "user-22", "user-23", OFFICER)
_person = st.sampled_from(PEOPLE)
_rights = st.lists(
    st.fixed_dictionaries(
        {
            "person": _person,
            "limit_amount": st.sampled_from([Decimal("800.00"), Decimal("1662.50"), Decimal("9000.00")]),
            "supplier": st.sampled_from(["", FYRBAKEN, LARKDRILLEN]),
            "article": st.sampled_from(["", "BASIC", "RESULT"]),
            "delivery_area": st.sampled_from(["", "LO-NORD", "LO-SYD"]),
            "valid_from": st.sampled_from([date(2026, 1, 1), date(2026, 4, 1)]),
            "valid_to": st.none(),
            "given_by": st.just("user-14"),
        }
    ),
    max_size=5,
)
_substitutes = st.lists(
    st.tuples(_person, _person, st.sampled_from([date(2026, 3, 1), date(2026, 12, 31)])).filter(
        lambda each: each[0] != each[1]
    ),
    max_size=3,
)
_decisions = st.lists(st.tuples(st.integers(0, 4), _person), max_size=4, unique=True)
_confirmations = st.lists(
    st.tuples(st.sampled_from([FYRBAKEN, LARKDRILLEN]), _person), max_size=2, unique=True
)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[System, Proposal]]:
    folder = tmp_path_factory.mktemp("reach")
    with a_system(f"sqlite:///{folder}/billing.sqlite", begun=five_invoices) as system:
        yield system, PayDesk(system).propose(on=MARCH)


@given(_rights, _substitutes, _decisions, _confirmations, _person)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_row_is_within_reach_in_the_database_where_it_is_by_the_rule(
    books: tuple[System, Proposal],
    rights: list[dict[str, object]],
    substitutes: list[tuple[str, str, date]],
    decisions: list[tuple[int, str]],
    confirmations: list[tuple[str, str]],
    person: str,
) -> None:
    system, proposal = books
    with system.database.engine.connect() as session:
        items = proposal_store.items(session, proposal.number)
        _put_in(session, attest_right, rights)
        _put_in(
            session,
            attest_substitute,
            [
                {
                    "person": one,
                    "substitute": other,
                    "valid_from": date(2026, 1, 1),
                    "valid_to": until,
                    "given_by": "user-14",
                }
                for one, other, until in substitutes
            ],
        )
        _put_in(
            session,
            document_decision,
            [
                {"invoice_id": items[place].invoice_id, "person": who, "decision": "desk.accepted"}
                for place, who in decisions
            ],
        )
        _put_in(
            session,
            account_confirmation,
            [
                {"request_id": number, "person": who, "supplier": supplier, "at": NOW}
                for number, (supplier, who) in enumerate(confirmations, 1)
            ],
        )
        reach = reach_queries.reach(session, proposal, person, on=MARCH)
        asked = list(session.execute(select(payment_item.c.id, reach.why, reach.within)))
        counted = {key: why for key, why, _ in asked}
        assert all(bool(within) is (why == reach_queries.WITHIN) for _, why, within in asked)
        register = register_store.load(session)
        payables = payable_store.load(session, register, [each.key for each in items], pay_on=MARCH)
        ruled = {}
        for item in items:
            try:
                granted(
                    person,
                    payables[item.key].subject(item.prepared_by),
                    attest_right_store.rights(session),
                    attest_right_store.substitutions(session),
                    on=MARCH,
                )
                ruled[item.id] = reach_queries.WITHIN
            except AttestRefused as refused:
                ruled[item.id] = refused.why
        assert counted == ruled
        _sums_and_rows_agree(session, proposal, reach)
        session.rollback()


def _put_in(session: Session, table: Table, rows: list[dict[str, object]]) -> None:
    if rows:
        session.execute(insert(table), rows)


def _sums_and_rows_agree(session: object, proposal: Proposal, reach: object) -> None:
    """Whatever is shown, the pages hold each of its rows once, supplier by supplier, as the sums counted them."""
    sums = proposal_queries.sums(session, proposal.number, reach)  # type: ignore[arg-type]
    for show in Show:
        suppliers: dict[str, int] = {}
        for each in sums:
            if each.is_shown(show):
                suppliers[each.supplier] = suppliers.get(each.supplier, 0) + each.count
        rows = [
            row
            for offset in range(0, 6, 2)
            for row in proposal_queries.rows(
                session,  # type: ignore[arg-type]
                proposal.number,
                list(suppliers.items()),
                show=show,
                reach=reach,  # type: ignore[arg-type]
                offset=offset,
                limit=2,
            )
        ]
        assert len({row.id for row in rows}) == len(rows) == sum(suppliers.values()), show
        assert list(dict.fromkeys(row.supplier for row in rows)) == list(suppliers), show
