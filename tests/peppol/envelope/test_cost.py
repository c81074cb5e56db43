"""What a message costs before and when its envelope is opened: it grows as its size does (decisions 66 and 84).

On arrival a message goes through the gate alone, in the process that takes it, once for each of three questions:
however it is made, that is some seconds at most. Everything else about it is done apart.
"""

import gc
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

import pytest

from foundation.apart.confined import Allowance
from peppol.envelope import opening, recipient
from peppol.exchange.identify import sender_of
from peppol.identifiers import DocumentKind
from peppol.validation import apart
from peppol.xml.gate_tree import SBDH
from tests.support.project import PROJECT

DAY = date(2026, 9, 1)
SECONDS_FLOOR: Final = 0.25
TRIES: Final = 4
GROWTH_MOST: Final = 3.0
SECONDS_ON_ARRIVAL: Final = 4.0
SECONDS_PER_MB_ON_ARRIVAL: Final = 0.5
SECONDS_PER_MB: Final = 2.0
MEMORY_BASE, MEMORY_PER_BYTE = 150_000_000, 40
INVOICE = (
    (PROJECT / "fixtures" / "bad" / "base" / "invoice.xml").read_text(encoding="utf-8").partition("?>")[2]
)

PARTS: Final[Mapping[str, str]] = {
    "HeaderVersion": "<HeaderVersion>1.0</HeaderVersion>",
    "Sender": '<Sender><Identifier Authority="iso6523-actorid-upis">0007:5567</Identifier></Sender>',
    "Receiver": '<Receiver><Identifier Authority="iso6523-actorid-upis">0007:5567</Identifier></Receiver>',
    "DocumentIdentification": "<DocumentIdentification><Standard>x</Standard><InstanceIdentifier>"
    "6f1d5c0e-4a52-5c8e-9f0b-3c6a4f1e2d77</InstanceIdentifier></DocumentIdentification>",
    "Manifest": "<Manifest><NumberOfItems>1</NumberOfItems></Manifest>",
    "Scope": "<BusinessScope><Scope><Type>DOCUMENTID</Type><InstanceIdentifier>x</InstanceIdentifier></Scope>"
    "</BusinessScope>",
    "Unknown": "<Unknown/>",
}
"""What may stand in a header, and what may not."""
BESIDE: Final[Mapping[str, str]] = {
    "headers": "<StandardBusinessDocumentHeader/>",
    "documents": f'<Invoice xmlns="{DocumentKind.INVOICE.namespace}"/>',
    "messages": "<StandardBusinessDocument/>",
    "comments": "<!--</StandardBusinessDocumentHeader ><StandardBusinessDocument -->",
    "texts": "x &amp; ",
}
"""What may stand beside the header."""


def message(header: str = "", beside: str = "", document: str = INVOICE) -> bytes:
    return (
        f'<StandardBusinessDocument xmlns="{SBDH}"><StandardBusinessDocumentHeader>{header}'
        f"</StandardBusinessDocumentHeader>{beside}{document}</StandardBusinessDocument>"
    ).encode()


def many(form: str, times: int) -> bytes:
    if form in PARTS:
        return message(header=PARTS[form] * times)
    if form == "lines":
        return message(
            document=f'<Invoice xmlns="{DocumentKind.INVOICE.namespace}">{"<x/>" * times}</Invoice>'
        )
    return message(beside=BESIDE[form] * times)


def spent(work: Callable[[bytes], object], body: bytes) -> float:
    gc.collect()
    began = time.process_time()
    work(body)
    return time.process_time() - began


def check_growth(work: Callable[[bytes], object], form: str, times: int) -> float:
    """Fail where twice as many take more than about twice as long each time it is tried; the seconds it took at best.

    What other processes do at that moment lengthens one try or two, and not all of them.
    """
    larger, smaller = many(form, times), many(form, times // 2)
    most = GROWTH_MOST * len(larger) / len(smaller) / 2
    took = shorter = float("inf")
    for _ in range(TRIES):
        took = min(took, spent(work, larger))
        if took <= SECONDS_FLOOR:
            return took
        shorter = min(shorter, spent(work, smaller))
        if took / shorter < most and took / len(larger) * 1_000_000 < SECONDS_PER_MB:
            return took
    raise AssertionError(f"{form}: {took / shorter:.1f} times, {took:.2f} s")


def on_arrival(body: bytes) -> None:
    """What is asked of a message where it comes: webhook, access point, file."""
    opening.instance_id_in(body)
    recipient.recipient_in(body)
    recipient.answered_instance_in(body)


def opened(body: bytes) -> None:
    """What is done about it after that, apart."""
    apart._validated_in_message(body, DAY)
    sender_of(body)


FORMS: Final = (*PARTS, *BESIDE, "lines")


@pytest.mark.parametrize("form", ["Scope", "headers", "lines"])
def test_twice_as_many_take_twice_as_long_on_arrival(form: str) -> None:
    check_growth(on_arrival, form, 20_000)


@pytest.mark.parametrize("form", ["Sender", "documents"])
def test_twice_as_many_take_twice_as_long_to_open(form: str) -> None:
    check_growth(opened, form, 4_000)


# --- the whole law --------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_as_many_as_a_message_may_hold_on_arrival(form: str) -> None:
    times = min(490_000 // max(1, many(form, 1).count(b"<") - many(form, 0).count(b"<")), 490_000)
    times = min(times, 19_000_000 // (len(many(form, 1)) - len(many(form, 0))))
    body = many(form, times)
    took = min(spent(on_arrival, body) for _ in range(2))
    assert took < SECONDS_ON_ARRIVAL
    assert took < SECONDS_FLOOR or took / len(body) * 1_000_000 < SECONDS_PER_MB_ON_ARRIVAL


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_everything_ten_thousand_times_opened(form: str) -> None:
    check_growth(opened, form, 10_000)
    larger = many(form, 10_000)
    memory = MEMORY_BASE + MEMORY_PER_BYTE * len(larger)
    # Who takes more memory is ended: that it comes back is the proof.
    apart.CHECKS.run(opened, larger, allowance=Allowance(60, memory, 240))
