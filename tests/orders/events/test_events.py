"""Reading events: what is told is taken whole, or refused without repeating it."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.periods import Month, Period
from orders.events.data import (
    InterruptionRegistered,
    PlacementDecided,
    ProviderChanged,
    ReportApproved,
    SupplementApproved,
)
from orders.events.envelope import (
    EVENT_DATA,
    Event,
    EventRefused,
    canonical,
    content_hash,
    read_event,
    schema,
)
from orders.terms import CompensationLevel, InterruptionReason

Json = dict[str, object]
REFERENCE = "100000123"
PLACEMENT: Json = {
    "decision_id": "5435235",
    "execution_reference": REFERENCE,
    "supplier": "559999-1014",
    "contract": "AVT-1001",
    "unit": {
        "id": "UV-101",
        "name": "Fyrbåken Umeå",
        "address": {"street": "Båkvägen 3", "postal_code": "903 00", "city": "Umeå"},
    },
    "delivery_area": "LO-NORD",
    "level": "C",
    "period": {"start": "2026-01-15", "end": "2026-07-14"},
    "decided_on": "2026-01-08",
}
REPORT: Json = {
    "execution_reference": REFERENCE,
    "month": "2026-01",
    "version": 1,
    "at": "2026-02-02T08:00:00+01:00",
    "by": "user-17",
}
EXAMPLES: dict[str, Json] = {
    "placement.decided": PLACEMENT,
    "placement.period_two_decided": {
        "decision_id": "5435999",
        "execution_reference": REFERENCE,
        "period": {"start": "2026-07-15", "end": "2027-01-14"},
        "decided_on": "2026-07-01",
    },
    "placement.provider_changed": {
        "execution_reference": REFERENCE,
        "last_day": "2026-03-31",
        "placement": {**PLACEMENT, "execution_reference": "100000124", "decision_id": "5435300"},
    },
    "placement.cancelled": {"execution_reference": REFERENCE, "reason": "NEVER_STARTED"},
    "interruption.registered": {
        "execution_reference": REFERENCE,
        "registered_on": "2026-03-02",
        "effective_on": "2026-03-13",
        "reason": "WORK",
    },
    "interruption.moved": {
        "execution_reference": REFERENCE,
        "registered_on": "2026-03-04",
        "effective_on": "2026-03-20",
    },
    "interruption.withdrawn": {"execution_reference": REFERENCE, "registered_on": "2026-03-05"},
    "report.filed": REPORT,
    "report.approved": REPORT,
    "report.rejected": REPORT,
    "report.informative": {
        "execution_reference": REFERENCE,
        "kind": "INTERNSHIP",
        "at": "2026-02-02T08:00:00+01:00",
        "by": "user-17",
    },
    "report.revoked": {**REPORT, "reason": "NOT_DELIVERED"},
    "outcome.approved": {
        "execution_reference": REFERENCE,
        "kind": "WORK",
        "started_on": "2026-03-16",
        "stage": "R1",
        "approved_on": "2026-06-20",
        "extent_percent": 75,
    },
    "outcome.ended": {"execution_reference": REFERENCE, "ended_on": "2026-08-31"},
    "placement.resumed": {"execution_reference": REFERENCE, "resumed_on": "2026-05-04"},
    "outcome.revoked": {
        "execution_reference": REFERENCE,
        "stage": "R1",
        "started_on": "2026-03-16",
        "revoked_on": "2026-07-20",
    },
    "supplement.approved": {
        "execution_reference": REFERENCE,
        "code": "SPRAK",
        "amount": "1500.00",
        "approved_on": "2026-02-10",
    },
    "supplement.revoked": {
        "execution_reference": REFERENCE,
        "code": "SPRAK",
        "revoked_on": "2026-02-20",
    },
}


def envelope(kind: str, data: Json | None = None, **changes: object) -> Json:
    return {
        "specversion": "1.0",
        "id": "evt-000001",
        "source": "/beslutssystem",
        "type": kind,
        "time": "2026-01-08T09:30:00+01:00",
        "data": EXAMPLES[kind] if data is None else data,
        **changes,
    }


def read(kind: str, **changes: object) -> Event:
    return read_event(json.dumps(envelope(kind, {**EXAMPLES[kind], **changes})))


def refusal_of(content: object) -> str:
    with pytest.raises(EventRefused) as refusal:
        read_event(content if isinstance(content, str) else json.dumps(content))
    assert refusal.value.text.sv.startswith("Händelsen tas inte emot.")
    return str(refusal.value)


# Taken ---------------------------------------------------------------------------


def test_there_is_an_example_of_every_type_and_each_is_read() -> None:
    assert EXAMPLES.keys() == EVENT_DATA.keys()
    for kind, data in EVENT_DATA.items():
        assert type(read(kind).data) is data


def test_a_decision_is_read_into_the_words_of_the_trade() -> None:
    decided = read("placement.decided").data
    assert isinstance(decided, PlacementDecided)
    assert decided.supplier == "5599991014"
    assert decided.level == CompensationLevel("C")
    assert decided.period == Period(date(2026, 1, 15), date(2026, 7, 14))
    assert (decided.continues_legacy, decided.protected_identity) == (False, False)


def test_a_change_of_provider_carries_the_new_placement_and_is_about_the_old_reference() -> None:
    event = read("placement.provider_changed")
    assert isinstance(event.data, ProviderChanged)
    assert event.execution_reference == REFERENCE
    assert event.data.placement.execution_reference == "100000124"


def test_a_decision_may_leave_the_reference_to_us() -> None:
    data = {key: value for key, value in PLACEMENT.items() if key != "execution_reference"}
    assert read_event(json.dumps(envelope("placement.decided", data))).execution_reference == ""


def test_months_reasons_and_amounts_are_typed() -> None:
    report, interruption, supplement = (
        read(kind).data for kind in ("report.approved", "interruption.registered", "supplement.approved")
    )
    assert isinstance(report, ReportApproved)
    assert report.month == Month(2026, 1)
    assert isinstance(interruption, InterruptionRegistered)
    assert interruption.reason == InterruptionReason("WORK")
    assert isinstance(supplement, SupplementApproved)
    assert supplement.amount == Decimal("1500.00")


# The same event is the same however it is written -----------------------------------


@given(st.sampled_from(sorted(EXAMPLES)), st.randoms(use_true_random=False), st.sampled_from([None, 2]))
def test_key_order_and_white_space_do_not_change_the_hash(
    kind: str, random: Random, indent: int | None
) -> None:
    def shuffled(value: object) -> object:
        if not isinstance(value, dict):
            return value
        keys = list(value)
        random.shuffle(keys)
        return {key: shuffled(value[key]) for key in keys}

    event = read_event(json.dumps(envelope(kind)))
    again = read_event(json.dumps(shuffled(envelope(kind)), indent=indent))
    assert content_hash(again) == content_hash(event)


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_an_event_can_be_stored_and_read_again(kind: str) -> None:
    event = read(kind)
    assert read_event(canonical(event)) == event
    assert "\n" not in canonical(event)


def test_other_content_under_the_same_id_has_another_hash() -> None:
    assert content_hash(read("report.filed")) != content_hash(read("report.filed", version=2))
    assert len(content_hash(read("report.filed"))) == 64


# Refused -------------------------------------------------------------------------


def test_everything_wrong_is_said_at_once() -> None:
    data = {
        **PLACEMENT,
        "level": "nivå d",
        "period": {"start": "2026-07-14", "end": "2026-01-15"},
        "note": "x",
    }
    del data["contract"]
    said = refusal_of(envelope("placement.decided", data, time="2026-01-08T09:30:00", specversion="0.3"))
    for part in (
        "specversion must be one of '1.0'",
        "time must be a time with its zone",
        "data.contract is missing",
        "data.level has the wrong form",
        "data.period: The period ends 2026-01-15 before it starts 2026-07-14",
        "data.note is an unknown key",
    ):
        assert part in said


@pytest.mark.parametrize("number", ["199001011239", "19900101-1239", "900101-1239", "199001611239"])
def test_a_personal_number_is_no_reference_and_is_not_repeated(number: str) -> None:
    said = refusal_of(
        envelope("report.filed", {**REPORT, "execution_reference": number, "by": number}, id=number)
    )
    assert said.count("looks like a personal identity number") == 3
    assert number not in said


def test_neither_unknown_keys_nor_values_are_repeated() -> None:
    secret = "Anna Andersson 19900101-1239"
    data = {**PLACEMENT, secret: secret, "level": secret, "decision_id": secret, "period": secret}
    said = refusal_of(envelope("placement.decided", data, subject=secret))
    assert "Anna" not in said
    assert "1239" not in said
    assert "data.(…) is an unknown key" in said


@pytest.mark.parametrize(
    "amount", [1500, 1500.0, "1500,00", "0.00", "-1.00", "1e3", "1.005", "", "NaN", True, [], "9" * 10]
)
def test_an_amount_is_positive_text_with_two_decimals_at_most(amount: object) -> None:
    assert "data.amount" in refusal_of(
        envelope("supplement.approved", {**EXAMPLES["supplement.approved"], "amount": amount})
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("month", "2026-13"),
        ("month", "2026-1"),
        ("month", 202601),
        ("version", 0),
        ("version", "1"),
        ("version", True),
        ("at", "2026-02-02"),
        ("at", "2026-02-02T08:00:00"),
        ("at", 1769932800),
        ("by", "Anna Andersson"),
        ("by", ""),
        ("execution_reference", "A" * 61),
        ("execution_reference", 100000123),
        ("execution_reference", None),
    ],
)
def test_a_report_with_a_field_of_the_wrong_form_is_refused_by_the_fields_name(
    field: str, value: object
) -> None:
    assert f"data.{field}" in refusal_of(envelope("report.filed", {**REPORT, field: value}))


@pytest.mark.parametrize(
    ("line", "because"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ('{"type": NaN}', "not JSON"),
        ("[" * 60_000, "not JSON"),
        ('{"type": "report.filed", "type": "report.filed"}', "key stands twice"),
        ("[]", "type must be one of"),
        ('{"type": ["report.filed"]}', "type must be one of"),
        ('{"type": "report.deleted"}', "type must be one of"),
        (" " * 70_000, "too long"),
    ],
)
def test_a_line_that_is_no_event_is_refused(line: str, because: str) -> None:
    assert because in refusal_of(line)


def test_half_a_character_is_refused_wherever_it_stands() -> None:
    broken = envelope("placement.decided", {**PLACEMENT, "decision_id": "\ud800"})
    for line in (json.dumps(broken), json.dumps(broken, ensure_ascii=False)):
        assert "wrong form" in refusal_of(line)


@given(st.sampled_from(sorted(EXAMPLES)), st.data())
def test_no_field_takes_free_text(kind: str, data: st.DataObject) -> None:
    """Only a unit's name and address may hold words; every other field refuses a sentence."""
    field = data.draw(st.sampled_from(sorted(set(EXAMPLES[kind]) - {"unit"})))
    sentence = "Deltagaren mår dåligt, ring i morgon."
    assert sentence not in refusal_of(envelope(kind, {**EXAMPLES[kind], field: sentence}))


@given(st.text(max_size=200) | st.recursive(st.none() | st.booleans() | st.text(), st.lists).map(json.dumps))
def test_any_text_is_an_event_or_a_refusal(line: str) -> None:
    with pytest.raises(EventRefused):
        read_event(line)


# The contract with the senders -------------------------------------------------------


def test_the_schema_is_closed_and_names_every_type() -> None:
    content = json.loads(json.dumps(schema()))
    described = [content["$defs"][each["$ref"].rpartition("/")[2]] for each in content["oneOf"]]
    assert [each["properties"]["type"]["const"] for each in described] == list(EVENT_DATA)
    objects = [each for each in content["$defs"].values() if each["type"] == "object"]
    assert all(each["additionalProperties"] is False for each in objects)
    assert content["$defs"]["SupplementApproved"]["properties"]["amount"]["anyOf"][0]["type"] == "string"


@pytest.mark.parametrize(
    "change", [lambda event: setattr(event, "id", "x"), lambda event: setattr(event.data, "by", "x")]
)
def test_what_was_told_cannot_be_changed(change: Callable[[Event], None]) -> None:
    with pytest.raises(ValueError, match="frozen"):
        change(read("report.filed"))
