"""Every way a name server can answer, and what it says of a participant: a table of all, and only two say nobody."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from peppol.lookup.sml import (
    MEANS,
    DnsOutcome,
    Locator,
    LocatorMeans,
    LocatorSilent,
    NotRegistered,
    host_name,
)
from tests.support.servers.access_points import ANOTHER, SUPPLIER
from tests.support.servers.name_server import Answer, answering_server, dnsmasq, replied

ZONE: Final = "sml.test"
GOOD: Final = '100 10 "U" "Meta:SMP" "!^.*$!https://smp.example/!" .'
SOA: Final = f"{ZONE}. 60 IN SOA ns.{ZONE}. post.{ZONE}. 1 2 3 4 5"


def naptr(*records: str, name: str = "") -> Answer:
    """These NAPTR records."""
    return said(*(f"{{name}} 60 IN NAPTR {each}" for each in records), name=name)


def said(*answers: str, authority: tuple[str, ...] = (), rcode: str = "NOERROR", name: str = "") -> Answer:
    """These records in the two parts of an answer, with an rcode; {name} is what was asked for."""

    def answer(query: dns.message.Message, by_tcp: bool) -> dns.message.Message:
        reply = replied(query)
        reply.set_rcode(dns.rcode.from_text(rcode))
        asked = name or str(query.question[0].name)
        for part, lines in ((reply.answer, answers), (reply.authority, authority)):
            for line in lines:
                owner, ttl, kind, rdtype, *rest = line.format(name=asked).split(" ")
                part.append(dns.rrset.from_text(owner, int(ttl), kind, rdtype, " ".join(rest)))
        return reply

    return answer


def cut_by_udp(then: Answer) -> Answer:
    """A truncated answer by UDP, the whole one by TCP."""

    def answer(query: dns.message.Message, by_tcp: bool) -> dns.message.Message | bytes | None:
        if by_tcp:
            return then(query, by_tcp)
        reply = replied(query)
        reply.flags |= dns.flags.TC
        return reply

    return answer


def silent(query: dns.message.Message, by_tcp: bool) -> None:
    """No answer ever comes."""


def junk(query: dns.message.Message, by_tcp: bool) -> bytes:
    """Bytes that are no answer, under the question's own number."""
    return query.to_wire()[:2] + b"\x81\x80" + b"\xff" * 20


def to_another_question(query: dns.message.Message, by_tcp: bool) -> dns.message.Message:
    """An answer to what was not asked."""
    reply = dns.message.make_response(dns.message.make_query(f"another.{ZONE}", "NAPTR"))
    reply.id = query.id
    return reply


CHAIN: Final = ("{name} 60 IN CNAME a.example.", "a.example. 60 IN CNAME b.example.")

ROWS: Final[Mapping[str, tuple[Answer, DnsOutcome]]] = {
    "a register": (naptr(GOOD), DnsOutcome.FOUND),
    "a register after another service": (
        naptr('10 10 "U" "Meta:OTHER" "!^.*$!https://wrong.example/!" .', GOOD),
        DnsOutcome.FOUND,
    ),
    "a register in small letters": (
        naptr('100 10 "u" "meta:smp" "!.*!https://smp.example/!" .'),
        DnsOutcome.FOUND,
    ),
    "a register at the end of a chain of names": (
        said(*CHAIN, f"b.example. 60 IN NAPTR {GOOD}"),
        DnsOutcome.FOUND,
    ),
    "a truncated answer, whole by TCP": (cut_by_udp(naptr(GOOD)), DnsOutcome.FOUND),
    "a truncated no, whole by TCP": (cut_by_udp(said(rcode="NXDOMAIN")), DnsOutcome.NO_SUCH_NAME),
    "no such name": (said(rcode="NXDOMAIN", authority=(SOA,)), DnsOutcome.NO_SUCH_NAME),
    "no such name, as a forwarder says it": (said(rcode="NXDOMAIN"), DnsOutcome.NO_SUCH_NAME),
    "no such record": (said(authority=(SOA,)), DnsOutcome.NO_SUCH_RECORD),
    "no such record, as a forwarder says it": (said(), DnsOutcome.NO_SUCH_RECORD),
    "a name that leads to no name": (said(*CHAIN, rcode="NXDOMAIN"), DnsOutcome.ALIAS_TO_NOTHING),
    "a name that leads to no record": (said(*CHAIN, authority=(SOA,)), DnsOutcome.ALIAS_TO_NOTHING),
    "a chain without end": (
        said("{name} 60 IN CNAME a.example.", "a.example. 60 IN CNAME {name}"),
        DnsOutcome.MALFORMED,
    ),
    "other name servers alone": (
        said(authority=(f"{ZONE}. 60 IN NS ns.elsewhere.example.",)),
        DnsOutcome.REFERRED,
    ),
    "records of other services alone": (
        naptr('10 10 "U" "Meta:OTHER" "!^.*$!https://wrong.example/!" .'),
        DnsOutcome.NO_REGISTER,
    ),
    "a record that is not the last": (naptr('100 10 "S" "Meta:SMP" "" smp.example.'), DnsOutcome.NO_REGISTER),
    "an address by ftp": (
        naptr('100 10 "U" "Meta:SMP" "!^.*$!ftp://smp.example/!" .'),
        DnsOutcome.ODD_ADDRESS,
    ),
    "an address without TLS": (
        naptr('100 10 "U" "Meta:SMP" "!^.*$!http://smp.example/!" .'),
        DnsOutcome.ODD_ADDRESS,
    ),
    "an address in our own house": (
        naptr('100 10 "U" "Meta:SMP" "!^.*$!https://127.0.0.1/!" .'),
        DnsOutcome.ODD_ADDRESS,
    ),
    "an address made of the name": (
        naptr('100 10 "U" "Meta:SMP" "!^a(.*)$!https://smp.example/\\\\1!" .'),
        DnsOutcome.ODD_ADDRESS,
    ),
    "an empty address": (naptr('100 10 "U" "Meta:SMP" "" .'), DnsOutcome.ODD_ADDRESS),
    "a server failure": (said(rcode="SERVFAIL"), DnsOutcome.SERVFAIL),
    "a refusal": (said(rcode="REFUSED"), DnsOutcome.REFUSED),
    "a question not understood": (said(rcode="FORMERR"), DnsOutcome.OTHER_RCODE),
    "a kind of question not known": (said(rcode="NOTIMP"), DnsOutcome.OTHER_RCODE),
    "a zone that is not the server's": (said(rcode="NOTAUTH"), DnsOutcome.OTHER_RCODE),
    "a name that may not be": (said(rcode="YXDOMAIN"), DnsOutcome.OTHER_RCODE),
    "no answer": (silent, DnsOutcome.TIMEOUT),
    # What is no answer to us is passed over, as anybody may have sent it, until the time is up.
    "bytes": (junk, DnsOutcome.TIMEOUT),
    "an answer to another question": (to_another_question, DnsOutcome.TIMEOUT),
    "a register's record for another name": (naptr(GOOD, name=f"another.{ZONE}."), DnsOutcome.NO_SUCH_RECORD),
}


def asked(server: str, participant: str = SUPPLIER, *, seconds: float = 1) -> DnsOutcome:
    return Locator(ZONE, server=server, seconds=seconds).ask(participant)[0]


@pytest.mark.parametrize(("answer", "outcome"), ROWS.values(), ids=list(ROWS))
def test_what_a_name_server_answers_comes_to(answer: Answer, outcome: DnsOutcome) -> None:
    with answering_server(answer) as server:
        assert asked(server) is outcome


def test_a_truncated_answer_without_the_way_to_the_whole_is_no_answer() -> None:
    with answering_server(cut_by_udp(naptr(GOOD)), tcp=False) as server:
        assert asked(server) is DnsOutcome.UNREACHABLE


def test_the_table_is_whole_and_two_outcomes_alone_say_that_there_is_nobody() -> None:
    tried = {outcome for _, outcome in ROWS.values()} | {DnsOutcome.UNREACHABLE}
    assert tried == set(DnsOutcome) == set(MEANS)
    nobody = {each for each, means in MEANS.items() if means is LocatorMeans.NOBODY}
    assert nobody == {DnsOutcome.NO_SUCH_NAME, DnsOutcome.NO_SUCH_RECORD}


def test_what_it_comes_to_is_raised_or_returned() -> None:
    for name, raised in (("no such name", NotRegistered), ("a refusal", LocatorSilent)):
        with answering_server(ROWS[name][0]) as server, pytest.raises(raised):
            Locator(ZONE, server=server, seconds=2).register_of(SUPPLIER)
    with answering_server(naptr(GOOD)) as server:
        assert Locator(ZONE, server=server, seconds=2).register_of(SUPPLIER) == "https://smp.example"


def test_a_real_name_server_with_a_zone_that_is_alive_gone_and_somebody_elses(tmp_path: Path) -> None:
    with dnsmasq(tmp_path, ZONE) as server:
        server.set({SUPPLIER: "https://smp.example"})
        assert asked(server.address) is DnsOutcome.FOUND
        assert asked(server.address, ANOTHER) is DnsOutcome.NO_SUCH_NAME
        # Others' records stand at the name, as the old zone had them.
        server.set({}, options=[f"cname={host_name(SUPPLIER, ZONE)},smp.example"])
        assert asked(server.address) is DnsOutcome.ALIAS_TO_NOTHING
        server.set({}, options=[f"address=/{ZONE}/127.0.0.1"])
        assert asked(server.address) is DnsOutcome.NO_SUCH_RECORD
        # Whatever is not its own it is to ask of nobody.
        server.zone = "another.test"
        server.set({})
        assert asked(server.address) is DnsOutcome.REFUSED
        server.stop()
        assert asked(server.address, seconds=0.2) is DnsOutcome.TIMEOUT
