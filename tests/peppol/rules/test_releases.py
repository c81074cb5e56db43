"""Releases side by side: which one judges on which day, and good documents are good under all of them."""

from datetime import date, timedelta

import pytest

from fixtures.build_bad import base
from peppol.identifiers import DocumentKind
from peppol.rules.releases import HELD, RELEASES, release_for, rule_set_for
from peppol.rules.releases.release import BILLING_SPECIFICATION, Release
from peppol.validation.validation import validate
from tests.support.project import FIXTURES

DAYS = (date(2026, 2, 23), date(2026, 8, 24), date(2027, 2, 24))
"""The first days of the releases held, oldest first."""

BILLING = ("Peppol BIS Billing 3.0.20", "Peppol BIS Billing 3.0.21", "Peppol BIS Billing 3.0.22")
POST_AWARD = ("(3.0.16)", "(3.0.17)", "(3.0.18)")


@pytest.mark.parametrize("place", range(3))
def test_each_release_judges_from_its_first_day(place: int) -> None:
    for on in (DAYS[place], DAYS[place] + timedelta(days=1)):
        for kind in (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE):
            assert release_for(kind, on=on).name == BILLING[place]
        for kind in (DocumentKind.ORDER, DocumentKind.ORDER_RESPONSE, DocumentKind.MLR):
            assert release_for(kind, on=on).name.endswith(POST_AWARD[place])


@pytest.mark.parametrize("place", [1, 2])
def test_the_day_before_the_one_before_judges(place: int) -> None:
    assert release_for(DocumentKind.INVOICE, on=DAYS[place] - timedelta(days=1)).name == BILLING[place - 1]


def test_before_the_oldest_the_oldest_judges_and_does_not_bind() -> None:
    eve = DAYS[0] - timedelta(days=1)
    oldest = release_for(DocumentKind.INVOICE, on=eve)
    assert oldest.name == BILLING[0]
    assert not oldest.binds(eve)
    assert oldest.binds(DAYS[0])
    assert validate(base("invoice"), on=eve).mandatory_from == DAYS[0]
    assert validate(base("invoice"), on=DAYS[0]).mandatory_from is None


def test_the_status_between_access_points_has_one_release() -> None:
    (only,) = (release for release in RELEASES if release.kind is DocumentKind.MLS)
    assert only.mandatory_from == date(2027, 2, 28)
    assert release_for(DocumentKind.MLS, on=date(2026, 7, 1)) is only


def test_a_kinds_releases_stand_the_oldest_first_and_are_announced_before_they_bind() -> None:
    for kind in DocumentKind:
        of_kind = [release for release in RELEASES if release.kind is kind]
        assert [release.mandatory_from for release in of_kind] == sorted(
            release.mandatory_from for release in of_kind
        )
        assert all(release.published < release.mandatory_from for release in of_kind)
    assert len(HELD) == len(set(HELD)) == 4


def test_the_rules_of_bills_are_for_the_specification_they_were_written_for() -> None:
    ours = release_for(DocumentKind.INVOICE, on=DAYS[1], specification=BILLING_SPECIFICATION)
    assert ours is release_for(DocumentKind.INVOICE, on=DAYS[1])
    # A specification nobody here writes rules for is judged all the same: PEPPOL-EN16931-R004 says what is wrong.
    assert release_for(DocumentKind.INVOICE, on=DAYS[1], specification="urn:example") is ours


def test_invoices_and_credit_notes_share_the_rules_of_a_release() -> None:
    for on in DAYS:
        invoice, credit = (
            rule_set_for(kind, on=on) for kind in (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)
        )
        assert invoice is credit


@pytest.mark.parametrize("release", RELEASES, ids=lambda each: f"{each.kind}-{each.mandatory_from}")
def test_a_release_has_no_rule_with_two_grades(release: Release) -> None:
    graded: dict[str, object] = {}
    for book in release.rule_set.books:
        for info in book.infos:
            assert graded.setdefault(info.id, info.severity) is info.severity, info.id


GOOD = (
    *(
        (path.name, path)
        for path in sorted((FIXTURES / "golden").glob("*.xml"))
        if path.name != "pain001.xml"
    ),
    *((path.name, path) for path in sorted((FIXTURES / "bad" / "base").glob("*.xml"))),
)
WITH_RESPONSE = "invoice-response-ab-billing-with-response.xml"


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_what_we_write_and_what_our_suppliers_send_is_valid_under_every_release(
    on: date, subtests: pytest.Subtests
) -> None:
    judged = 0
    for name, path in GOOD:
        with subtests.test(name):
            told = validate(path.read_bytes(), on=on)
            if told.kind is None:  # an envelope, or what is no document of Peppol's
                continue
            judged += 1
            fatal = {finding.rule for finding in told.fatal}
            # Billing with response is a process that came in May 2026.
            assert fatal == ({"PEPPOL-T111-B00301"} if name == WITH_RESPONSE and on == DAYS[0] else set())
    assert judged > 15
