"""Payments, claims, prices and settings of a supplier by the API, each behind the wall between suppliers."""

from datetime import date
from decimal import Decimal

import httpx
import pytest

from accounts.api_clients.model import ApiScope
from invoicing.portal_invoicing import numbering
from orders.register.unit_scope import UnitScope
from tests.support.servers.api import a_client, bearing
from tests.support.stories.claiming import REFERENCE, ClaimDesk, two_months
from tests.support.stories.paying import PayDesk, notice
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System

PAYMENTS, CLAIMS, SETTINGS = "/api/v1/payments", "/api/v1/claims", "/api/v1/settings"


@pytest.mark.both_engines
def test_a_payment_tells_all_that_it_is_made_of(system: System, portal: httpx.Client) -> None:
    """An invoice was paid, less the claim that a credit note of a paid one made."""
    two_months(system)
    desk, paying = ClaimDesk(system), PayDesk(system)
    desk.paid()
    desk.credited()
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 2))
    for line, number in (("002", "F-2"), ("003", "F-3")):
        system.send_invoice(system.order(REFERENCE).number, line, number=number, on=date(2026, 5, 3))
    paying.give_right()
    proposal = paying.propose(on=date(2026, 6, 7))
    paying.attest(proposal)
    transfers = paying.export(proposal).transfers
    for each in transfers:
        said = notice((each.end_to_end, str(each.amount.amount)), day="2026-06-07")
        paying.bank_says(said, on=date(2026, 6, 7), name=each.end_to_end)
    last = transfers[-1]
    name, came = last.end_to_end, last.amount.amount
    mine = bearing(a_client(system, ApiScope.VIEW)[1])
    first = portal.get(f"{PAYMENTS}?limit=2", headers=mine)
    paid_on = [each["paid_on"] for each in first.json()["payments"]]
    assert paid_on == ["2026-04-30", "2026-06-07"]
    second = portal.get(first.links["next"]["url"], headers=mine).json()
    (told,) = second["payments"]
    assert (told["id"], Decimal(told["amount"]), told["is_whole"]) == (name, came, True)
    parts = [(each["kind"], each["document"], each["about"]) for each in told["parts"]]
    assert parts == [("PAYMENT", "F-3", None), ("NETTED", "K-1", "F-1")]
    assert sum(Decimal(each["amount"]) for each in told["parts"]) == came
    assert second["next"] is None
    assert portal.get(told["href"], headers=mine).json() == told
    printed = portal.get(f"{told['href']}/remittance.pdf", headers=mine)
    assert (printed.status_code, printed.content[:5]) == (200, b"%PDF-")
    assert portal.get(f"{PAYMENTS}?paid_from=2026-06-08", headers=mine).json()["payments"] == []
    wrong = portal.get(f"{PAYMENTS}?cursor=2026-02-28", headers=mine)
    assert (wrong.status_code, wrong.json()["parameter"]) == (422, "cursor")
    for other, status in (
        (a_client(system, supplier=LARKDRILLEN), 404),
        (a_client(system, within=UnitScope(frozenset({"UV-999"}), frozenset())), 404),
    ):
        headers = bearing(other[1])
        assert portal.get(PAYMENTS, headers=headers).json()["payments"] == []
        assert portal.get(told["href"], headers=headers).status_code == status
        assert portal.get(f"{told['href']}/remittance.pdf", headers=headers).status_code == status


@pytest.mark.both_engines
def test_a_claim_is_read_with_its_letters_and_disputed(system: System, portal: httpx.Client) -> None:
    two_months(system)
    desk = ClaimDesk(system)
    desk.rate()
    paid = desk.paid()
    desk.confirm(desk.ask(paid))
    claim = desk.claim(paid)
    desk.demand(claim, on=date(2026, 5, 3), due_on=date(2026, 6, 2))
    mine = bearing(a_client(system)[1])
    (listed,) = portal.get(CLAIMS, headers=mine).json()["claims"]
    assert (listed["number"], listed["state"], listed["can_be_disputed"]) == (claim.number, "DEMANDED", True)
    assert (listed["invoice_number"], Decimal(listed["amount_left"])) == ("F-1", claim.left.amount)
    assert (listed["is_overdue"], listed["cause"]) == (True, "WRONG_MONTH")
    one = portal.get(listed["href"], headers=mine).json()
    assert [each["kind"] for each in one["letters"]] == ["DEMAND"]
    letter = portal.get(one["letters"][0]["href"], headers=mine)
    assert (letter.status_code, letter.content[:5]) == (200, b"%PDF-")
    assert portal.get(f"{listed['href']}/letters/2.pdf", headers=mine).status_code == 404
    dispute, body = f"{listed['href']}/dispute", {"words": "Vi har levererat hela månaden."}
    keyed = {**mine, "Idempotency-Key": "1"}
    assert portal.post(dispute, headers=mine, json=body).json()["code"] == "KEY_MISSING"
    reader = {**bearing(a_client(system, ApiScope.VIEW)[1]), "Idempotency-Key": "1"}
    assert portal.post(dispute, headers=reader, json=body).status_code == 403
    other = {**bearing(a_client(system, supplier=LARKDRILLEN)[1]), "Idempotency-Key": "1"}
    assert portal.post(dispute, headers=other, json=body).status_code == 404
    for path in (listed["href"], one["letters"][0]["href"]):
        assert portal.get(path, headers=other).status_code == 404
    assert portal.get(CLAIMS, headers=other).json()["claims"] == []
    first, again = (portal.post(dispute, headers=keyed, json=body) for _ in range(2))
    assert (first.status_code, first.content) == (200, again.content), first.text
    assert (first.json()["state"], first.json()["can_be_disputed"]) == ("DISPUTED", False)
    assert [each["words"] for each in first.json()["words"]] == [body["words"]]
    late = portal.post(dispute, headers={**mine, "Idempotency-Key": "2"}, json=body)
    assert (late.status_code, late.json()["code"]) == (409, "CLAIM_REFUSED")
    assert portal.get(f"{CLAIMS}?state=DEMANDED", headers=mine).json()["claims"] == []


@pytest.mark.both_engines
def test_prices_and_articles_are_those_of_the_suppliers_own_contracts(
    system: System, portal: httpx.Client
) -> None:
    system.decide()
    mine = bearing(a_client(system, ApiScope.ASSIGN)[1])
    lists = portal.get("/api/v1/price-lists", headers=mine).json()["price_lists"]
    assert lists[0]["holds_now"] is True
    assert all(each["rules"] for each in lists)
    articles = portal.get(lists[0]["articles"], headers=mine).json()["articles"]
    line = portal.get(f"/api/v1/orders/{system.order('100000101').number}", headers=mine).json()["lines"][0]
    basic = next(each for each in articles if each["kind"] == "BASIC")
    assert basic["unit"] == line["unit"]
    assert Decimal(line["price"]) in {Decimal(each["price"]) for each in basic["prices"]}
    assert {each["price_list"] for each in articles} == {lists[0]["id"]}
    every = portal.get("/api/v1/articles", headers=mine).json()["articles"]
    assert {each["price_list"] for each in every} == {each["id"] for each in lists}
    other = bearing(a_client(system, supplier=LARKDRILLEN)[1])
    theirs = portal.get("/api/v1/price-lists", headers=other).json()["price_lists"]
    assert not {each["contract"] for each in theirs} & {each["contract"] for each in lists}
    assert portal.get(lists[0]["articles"], headers=other).json()["articles"] == []


@pytest.mark.both_engines
def test_settings_are_changed_by_whoever_has_read_them(system: System, portal: httpx.Client) -> None:
    system.decide()
    mine = bearing(a_client(system)[1])
    read = portal.get(SETTINGS, headers=mine)
    told = read.json()
    assert (told["organisation_number"], told["series"]) == (
        FYRBAKEN,
        {"letters": "F", "next_number": "F26-0001"},
    )
    assert told["payment_accounts"]
    change = {"series": {"letters": "RM"}}
    tag = {"If-Match": read.headers["ETag"]}
    assert portal.patch(SETTINGS, headers=mine, json=change).json()["code"] == "MATCH_MISSING"
    reader = bearing(a_client(system, ApiScope.VIEW)[1])
    assert portal.patch(SETTINGS, headers={**reader, **tag}, json=change).status_code == 403
    within = UnitScope(frozenset({told["units"][0]["id"]}), frozenset())
    some = portal.patch(SETTINGS, headers={**bearing(a_client(system, within=within)[1]), **tag}, json=change)
    assert (some.status_code, some.json()["code"]) == (403, "WHOLE_ORGANISATION_NEEDED")
    # Somebody chooses other letters on the page meanwhile.
    with system.database.writing() as session:
        numbering.choose_letters(session, FYRBAKEN, "A", by="user-1")
    late = portal.patch(SETTINGS, headers={**mine, **tag}, json=change)
    assert (late.status_code, late.json()["code"]) == (412, "CHANGED_SINCE_READ")
    fresh = {"If-Match": portal.get(SETTINGS, headers=mine).headers["ETag"], "Idempotency-Key": "1"}
    first, again = (portal.patch(SETTINGS, headers={**mine, **fresh}, json=change) for _ in range(2))
    assert (first.status_code, first.content) == (200, again.content), first.text
    assert first.json()["series"] == {"letters": "RM", "next_number": "RM26-0001"}
    assert portal.get(SETTINGS, headers=mine).headers["ETag"] == first.headers["ETag"]
    wrongs: list[dict[str, object]] = [
        {"series": {"letters": "rm"}},
        {"series": {}},
        {"name": "Annat AB"},
        {},
    ]
    for wrong in wrongs:
        refused = portal.patch(SETTINGS, headers={**mine, "If-Match": "*"}, json=wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "FIELD_NOT_ALLOWED"), wrong
    other = bearing(a_client(system, supplier=LARKDRILLEN)[1])
    assert portal.get(SETTINGS, headers=other).json()["series"]["letters"] == "F"
