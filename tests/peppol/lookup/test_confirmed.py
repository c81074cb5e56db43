"""A no of the directory counts only while our own entry is found the same way, and nobody else's who is nobody."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import dns.message
import dns.rcode
import dns.rrset
import pytest

from peppol.access_points.protocol import PeerVerdict
from peppol.identifiers import DOCUMENT_SCHEME, DocumentKind
from peppol.lookup.confirmed import ConfirmedDirectory
from peppol.lookup.directory import FixedRegister, RegisterDirectory
from peppol.lookup.doubts import DirectoryDoubt
from peppol.lookup.sml import Locator
from tests.support.servers import registers
from tests.support.servers.access_points import ANOTHER, BUYER, SUPPLIER
from tests.support.servers.faulty_point import Moment
from tests.support.servers.name_server import answering_server, replied
from tests.support.servers.registers import (
    ORDER,
    ORDER_ONLY,
    Endpoint,
    Served,
    group,
    metadata,
    served,
    signed,
)

INVOICE = DocumentKind.INVOICE
NOBODY = "0007:5599993036"


@pytest.fixture
def register() -> Iterator[Served]:
    with served() as register:
        we_are_there(register)
        takes_orders(register, SUPPLIER)
        yield register


@pytest.fixture
def moment() -> Moment:
    return Moment(registers.NOW)


@pytest.fixture
def directory(register: Served, moment: Moment) -> Iterator[ConfirmedDirectory]:
    inner = RegisterDirectory(
        FixedRegister(register.address), trust=registers.trusted, clock=moment, seconds=20, inside=True
    )
    yield ConfirmedDirectory(inner, canary=BUYER, clock=moment)
    inner.close()


def takes_orders(register: Served, who: str) -> None:
    register.answers[register.about(who, ORDER)] = signed(metadata(Endpoint(), who=who))


def we_are_there(register: Served, process: str = INVOICE.profile_ids[0], who: str = BUYER) -> None:
    kind = INVOICE.document_type_id
    answer = signed(metadata(Endpoint(process=process), who=who, kind=kind))
    register.answers[register.about(who, kind)] = answer
    register.answers[register.about(who)] = group(who, f"{DOCUMENT_SCHEME}::{kind}")


def gone(register: Served) -> dict[str, object]:
    """The register forgets everybody; what it knew."""
    knew = dict(register.answers)
    register.answers.clear()
    return knew  # type: ignore[return-value]


def said(directory: ConfirmedDirectory, who: str = NOBODY) -> tuple[PeerVerdict, str]:
    found = directory.lookup(who, ORDER, ORDER_ONLY)
    return found.verdict, found.doubt


IN_DOUBT = PeerVerdict.NO_IN_DOUBT


def test_a_no_counts_while_we_are_found(directory: ConfirmedDirectory) -> None:
    assert said(directory) == (PeerVerdict.NOT_REGISTERED, "")
    assert said(directory, SUPPLIER) == (PeerVerdict.TAKES, "")


def test_a_no_does_not_count_while_we_are_not(directory: ConfirmedDirectory, register: Served) -> None:
    gone(register)
    found = directory.lookup(SUPPLIER, ORDER, ORDER_ONLY)
    assert (found.verdict, found.said, found.doubt) == (
        IN_DOUBT,
        PeerVerdict.NOT_REGISTERED,
        DirectoryDoubt.CANARY_MISSING,
    )
    assert not found.takes


def test_who_takes_invoices_in_another_process_is_there(
    directory: ConfirmedDirectory, register: Served
) -> None:
    we_are_there(register, INVOICE.profile_ids[1])
    assert said(directory) == (PeerVerdict.NOT_REGISTERED, "")


def test_who_is_there_and_takes_no_invoices_is_no_canary(
    directory: ConfirmedDirectory, register: Served
) -> None:
    register.answers[register.about(BUYER, INVOICE.document_type_id)] = 404
    register.answers[register.about(BUYER)] = group(BUYER, f"{DOCUMENT_SCHEME}::other")
    assert said(directory) == (IN_DOUBT, DirectoryDoubt.CANARY_MISSING)


@pytest.mark.parametrize("how", ["unsigned", "fault"])
def test_what_cannot_be_verified_of_us_proves_nothing(
    directory: ConfirmedDirectory, register: Served, how: str
) -> None:
    answer = metadata(Endpoint(), who=BUYER, kind=INVOICE.document_type_id) if how == "unsigned" else 500
    register.answers[register.about(BUYER, INVOICE.document_type_id)] = answer
    assert said(directory) == (IN_DOUBT, DirectoryDoubt.CANARY_UNCERTAIN)


def test_we_are_asked_for_anew_however_lately_we_were_found(
    directory: ConfirmedDirectory, register: Served
) -> None:
    assert said(directory)[0] is PeerVerdict.NOT_REGISTERED
    gone(register)
    # Another is asked about a moment later, and what was found of us then says nothing now.
    assert said(directory, ANOTHER) == (IN_DOUBT, DirectoryDoubt.CANARY_MISSING)


def test_what_was_confirmed_is_remembered_and_what_was_doubted_is_not(
    directory: ConfirmedDirectory, register: Served, moment: Moment
) -> None:
    knew = gone(register)
    assert said(directory, SUPPLIER)[0] is IN_DOUBT
    register.answers.update(knew)  # type: ignore[arg-type]
    moment.pass_(seconds=1)
    assert said(directory, SUPPLIER)[0] is PeerVerdict.TAKES
    moment.pass_(seconds=30)
    assert said(directory)[0] is PeerVerdict.NOT_REGISTERED
    asked = len(register.asked)
    moment.pass_(minutes=9)
    assert said(directory)[0] is PeerVerdict.NOT_REGISTERED
    assert len(register.asked) == asked


def test_a_register_that_comes_back_between_two_questions_is_asked_again(
    register: Served, moment: Moment
) -> None:
    """All is gone when the supplier is asked for, and back when we are: the first answer was wrong."""
    knew = gone(register)

    class ComesBack(RegisterDirectory):
        def ask(self, participant: str, document_type: str, process: str):  # type: ignore[no-untyped-def] # noqa: ANN202
            if participant == BUYER:
                register.answers.update(knew)  # type: ignore[arg-type]
            return super().ask(participant, document_type, process)

    inner = ComesBack(
        FixedRegister(register.address), trust=registers.trusted, clock=moment, seconds=20, inside=True
    )
    directory = ConfirmedDirectory(inner, canary=BUYER, clock=moment)
    assert said(directory, SUPPLIER) == (PeerVerdict.TAKES, "")
    inner.close()


def test_doubt_is_not_found_out_anew_for_every_message(
    directory: ConfirmedDirectory, register: Served, moment: Moment
) -> None:
    gone(register)
    for number in range(10):
        assert said(directory, f"0007:{number}")[0] is IN_DOUBT
    own = register.about(BUYER, INVOICE.document_type_id)
    assert register.asked.count(own) == 1
    moment.pass_(seconds=21)
    assert said(directory)[0] is IN_DOUBT
    assert register.asked.count(own) == 2


def test_a_zone_that_answers_everything_says_nothing_by_a_no(register: Served, moment: Moment) -> None:
    """Every name leads to one register, ours: it knows us, and of everybody else it knows nothing."""

    def answer(query: dns.message.Message, by_tcp: bool) -> dns.message.Message:
        reply = replied(query)
        line = f'100 10 "U" "Meta:SMP" "!^.*$!{register.address}!" .'
        reply.answer.append(dns.rrset.from_text(str(query.question[0].name), 60, "IN", "NAPTR", line))
        return reply

    register.answers[register.about(NOBODY)] = group(NOBODY, f"{DOCUMENT_SCHEME}::other")
    with answering_server(answer) as server:
        locator = Locator("sml.test", server=server, seconds=5, inside=True)
        inner = RegisterDirectory(locator, trust=registers.trusted, clock=moment, inside=True)
        directory = ConfirmedDirectory(inner, canary=BUYER, clock=moment)
        assert said(directory) == (IN_DOUBT, DirectoryDoubt.ANSWERS_ANYBODY)
        inner.close()


def test_a_register_that_knows_everybody_says_nothing_by_a_no(register: Served, moment: Moment) -> None:
    class Anybody(RegisterDirectory):
        def is_known(self, participant: str) -> bool:
            return True

    inner = Anybody(
        FixedRegister(register.address), trust=registers.trusted, clock=moment, seconds=20, inside=True
    )
    directory = ConfirmedDirectory(inner, canary=BUYER, clock=moment)
    assert said(directory) == (IN_DOUBT, DirectoryDoubt.ANSWERS_ANYBODY)
    inner.close()


OWN: Mapping[str, PeerVerdict] = {
    "found": PeerVerdict.NOT_REGISTERED,
    "missing": IN_DOUBT,
}


@pytest.mark.parametrize("own", OWN)
def test_another_participant_may_be_the_canary(register: Served, moment: Moment, own: str) -> None:
    operator = "0088:7300010000001"
    if own == "found":
        we_are_there(register, who=operator)
    inner = RegisterDirectory(
        FixedRegister(register.address), trust=registers.trusted, clock=moment, seconds=20, inside=True
    )
    directory = ConfirmedDirectory(inner, canary=operator, clock=moment)
    assert said(directory)[0] is OWN[own]
    inner.close()


def test_the_memory_of_a_no_ends(directory: ConfirmedDirectory, register: Served, moment: Moment) -> None:
    assert said(directory, NOBODY)[0] is PeerVerdict.NOT_REGISTERED
    takes_orders(register, NOBODY)
    moment.now += timedelta(minutes=11)
    assert said(directory, NOBODY)[0] is PeerVerdict.TAKES
