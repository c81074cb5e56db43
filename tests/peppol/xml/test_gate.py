"""The gate for XML from outside: every bad document is turned away with its own reason, and twins read alike."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest
from lxml import etree

from fixtures.build_bad import base, documents, edited
from peppol.explanations.explain import explain
from peppol.xml import gate_tree
from peppol.xml.gate import admit, date_of, decimal_of
from peppol.xml.gate_errors import LIMITS, GateRefused, GateRule, Limits
from peppol.xml.gate_tree import CAC, CBC, location_of

GOOD = ("invoice", "credit-note", "order", "invoice-response")
AT_THE_DOOR = tuple(
    bad for bad in documents() if bad.code.startswith("GATE-") and not bad.code.startswith("GATE-ATTACHMENT")
)

OPENED: list[str] = []
WATCHING = threading.Event()
TESTING = threading.get_ident()


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    # Other threads of the test runner may open what they like.
    if not WATCHING.is_set() or threading.get_ident() != TESTING:
        return
    if event == "open" or event.startswith(("socket.", "urllib.", "subprocess.")):
        OPENED.append(f"{event} {arguments[:1]}")


# An audit hook cannot be taken away again; it listens only while WATCHING is set.
sys.addaudithook(_watch)


@pytest.fixture
def nothing_opened() -> Iterator[None]:
    """The test fails if anything is opened, connected or started meanwhile."""
    OPENED.clear()
    WATCHING.set()
    yield
    WATCHING.clear()
    assert OPENED == []


def refused(data: bytes, limits: Limits = LIMITS) -> GateRefused:
    with pytest.raises(GateRefused) as caught:
        admit(data, limits)
    return caught.value


def text(root: etree._Element, path: str) -> str | None:
    return root.findtext(path, namespaces={"cac": CAC, "cbc": CBC})


def test_the_corpus_holds_at_least_150_bad_documents_with_different_names() -> None:
    names = [bad.name for bad in documents()]
    assert len(set(names)) == len(names) >= 150


def test_a_bad_document_is_turned_away_with_its_own_reason(subtests: pytest.Subtests) -> None:
    for bad in AT_THE_DOOR:
        with subtests.test(bad.name):
            data = bad.read()
            OPENED.clear()
            WATCHING.set()
            started = time.process_time()
            try:
                refusal = refused(data)
            finally:
                WATCHING.clear()
            assert time.process_time() - started < 2
            assert OPENED == []
            assert refusal.finding.rule == bad.code
            assert refusal.finding.fatal


def test_every_refusal_says_it_in_two_languages_and_never_in_the_parsers_words(
    subtests: pytest.Subtests,
) -> None:
    for bad in AT_THE_DOOR:
        with subtests.test(bad.name):
            refusal = refused(bad.read())
            swedish, english = (
                explain(refusal.finding, "sv").sentence,
                explain(refusal.finding, "en").sentence,
            )
            assert swedish != english
            for sentence in (swedish, english):
                assert len(sentence) > 40
                assert not any(
                    word in sentence for word in ("XML_PARSE", "xmlns:a1", "NCName", "libxml", "Traceback")
                )
            assert bad.code in str(refusal)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_document_comes_in(name: str, nothing_opened: None) -> None:
    WATCHING.clear()
    data = base(name)
    WATCHING.set()
    assert etree.QName(admit(data)).localname.lower().replace("application", "invoice-") == name.replace(
        "credit-note", "creditnote"
    )


def test_the_mark_of_utf_8_is_stripped_once_and_blank_lines_may_follow_the_end() -> None:
    root = admit(b"\xef\xbb\xbf" + base("invoice") + b"\n\r\n")
    assert text(root, "cbc:ID") == "F2001"


def test_an_undeclared_encoding_is_utf_8() -> None:
    without = base("invoice").split(b"\n", 1)[1]
    assert (
        text(admit(without), "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cbc:CityName") == "Umeå"
    )


@pytest.mark.parametrize("declared", ["UTF-8", "utf-8", "Utf-8", "utf8", "UTF8", "utf_8"])
def test_utf_8_goes_by_several_names(declared: str) -> None:
    written = base("invoice").replace(b'"UTF-8"', f"'{declared}'".encode(), 1)
    assert not written.isascii()
    assert b"".join(etree.tostring(each) for each in admit(written)) == b"".join(
        etree.tostring(each) for each in admit(base("invoice"))
    )


@pytest.mark.parametrize("declared", ["US-ASCII", "us-ascii", "ascii", "ANSI_X3.4-1968"])
def test_what_is_all_ascii_may_say_so_and_what_is_not_may_not(declared: str) -> None:
    written = base("invoice").replace(b'"UTF-8"', f'"{declared}"'.encode(), 1)
    finding = refused(written).finding
    assert (finding.rule, finding.found, finding.expected) == ("GATE-ENCODING", declared, "UTF-8")
    as_references = written.decode().encode("ascii", "xmlcharrefreplace")
    assert etree.tostring(admit(as_references)) == etree.tostring(admit(base("invoice")))


@pytest.mark.parametrize("declared", ["UTF-16", "ISO-8859-1", "windows-1252", "UTF-7", "utf-80", ""])
def test_other_names_are_refused_whatever_the_bytes_are(declared: str) -> None:
    written = base("invoice").decode().encode("ascii", "xmlcharrefreplace")
    finding = refused(written.replace(b'"UTF-8"', f'"{declared}"'.encode(), 1)).finding
    assert (finding.rule, finding.found) == ("GATE-ENCODING", declared)


# --- text that somebody tried to split ------------------------------------------------------------------

SPLITTERS = ("<!-- -->", "<?x y?>", "<!-- a --><?b c?><!-- d -->", "<![CDATA[]]>")


@pytest.mark.parametrize("splitter", SPLITTERS)
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("cac:LegalMonetaryTotal/cbc:PayableAmount", "2375.00"),
        ("cbc:ID", "F2001"),
        ("cac:AccountingSupplierParty/cac:Party/cbc:EndpointID", "5569990012"),
        ("cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID", "50501238"),
    ],
)
def test_a_value_split_by_a_comment_is_read_whole(path: str, value: str, splitter: str) -> None:
    whole = text(admit(base("invoice")), path)
    split = base("invoice").decode().replace(f">{value}<", f">{value[:3]}{splitter}{value[3:]}<").encode()
    root = admit(split)
    assert text(root, path) == value == whole
    assert etree.tostring(root, method="c14n") == etree.tostring(admit(base("invoice")), method="c14n")


# --- the same document in other clothes -----------------------------------------------------------------


def names_and_values(root: etree._Element) -> list[tuple[str, str, list[tuple[str, str]]]]:
    return [
        (etree.QName(element).text, (element.text or "").strip(), sorted(element.items()))
        for element in root.iter()
    ]


def test_other_prefixes_are_the_same_document() -> None:
    renamed = base("invoice").replace(b"cbc:", b"q:").replace(b":cbc=", b":q=")
    assert names_and_values(admit(renamed)) == names_and_values(admit(base("invoice")))


def test_a_prefix_bound_to_what_another_usually_means_is_read_by_namespace() -> None:
    swapped = base("invoice").replace(b"cbc", b"zzz").replace(b"cac", b"cbc").replace(b"zzz", b"cac")
    assert names_and_values(admit(swapped)) == names_and_values(admit(base("invoice")))


def test_a_default_namespace_may_change_on_the_way() -> None:
    changed = edited("invoice", ("<cbc:ID>F2001</cbc:ID>", f'<ID xmlns="{CBC}">F2001</ID>'))
    assert names_and_values(admit(changed)) == names_and_values(admit(base("invoice")))


def test_an_extension_may_hold_anything_and_is_not_read() -> None:
    extension = (
        f'<ext:UBLExtensions xmlns:ext="{CBC.replace("Basic", "Extension")}"><ext:UBLExtension>'
        '<ext:ExtensionContent><a xmlns="urn:any"><ID>\u202e</ID></a></ext:ExtensionContent>'
        "</ext:UBLExtension></ext:UBLExtensions>"
    )
    root = admit(edited("invoice", ("  <cbc:CustomizationID>", f"  {extension}\n  <cbc:CustomizationID>")))
    assert text(root, "cbc:ID") == "F2001"


def test_what_follows_an_extension_is_looked_at_again() -> None:
    extension = (
        f'<UBLExtensions xmlns="{CBC.replace("Basic", "Extension")}"><a xmlns="urn:any"/></UBLExtensions>'
    )
    behind = edited(
        "invoice", ("  <cbc:CustomizationID>", f'{extension}<a xmlns="urn:any"/><cbc:CustomizationID>')
    )
    assert refused(behind).finding.rule == GateRule.NAMESPACE


@pytest.mark.parametrize("name", ["cbc:UBLExtensions", "cac:UBLExtensions", "ext:UBLExtension", "ext:Other"])
def test_what_is_only_called_like_an_extension_may_hold_nothing_else(name: str) -> None:
    ext = CBC.replace("Basic", "Extension")
    held = f'<{name} xmlns:ext="{ext}"><a xmlns="urn:any"/></{name}>'
    body = edited("invoice", ("  <cbc:CustomizationID>", f"{held}<cbc:CustomizationID>"))
    assert refused(body).finding.rule == GateRule.NAMESPACE


def test_the_tags_of_strangers_are_not_remembered_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_tree, "_SORTS_MAX", 40)
    for number in range(200):
        note = f"<cbc:Note{number}>hej</cbc:Note{number}><cbc:CustomizationID>"
        assert text(admit(edited("invoice", ("<cbc:CustomizationID>", note))), f"cbc:Note{number}") == "hej"
        assert len(gate_tree._SORTS) <= 40


def test_an_envelope_around_an_invoice_comes_in() -> None:
    sbdh = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
    message = base("invoice").split(b"\n", 1)[1]
    header = (
        b"<StandardBusinessDocumentHeader><HeaderVersion>1.0</HeaderVersion></StandardBusinessDocumentHeader>"
    )
    opening = f'<StandardBusinessDocument xmlns="{sbdh}">'.encode()
    root = admit(opening + header + message + b"</StandardBusinessDocument>")
    assert root[-1].findtext(f"{{{CBC}}}ID") == "F2001"


# --- nothing is fetched, read or swollen ----------------------------------------------------------------


def test_addresses_named_in_a_document_are_never_called() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        instruction = f'<?xml-stylesheet type="text/xsl" href="{address}/a.xsl"?>\n<Invoice '
        located = (
            f'<Invoice xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            f'xsi:schemaLocation="urn:x {address}/a.xsd file:///etc/passwd" '
        )
        admit(edited("invoice", ("<Invoice ", instruction)))
        admit(edited("invoice", ("<Invoice ", located)))
        refused(f'<!DOCTYPE a SYSTEM "{address}/a.dtd"><a/>'.encode())
        with pytest.raises(TimeoutError):
            listening.accept()


def memory_grown_by(document: str) -> int:
    """Bytes by which a fresh process grows when it admits what the expression `document` makes."""
    program = (
        "import resource\n"
        "from fixtures.build_bad import base, documents\n"
        "from peppol.xml.gate import admit\n"
        "from peppol.xml.gate_errors import GateRefused\n"
        f"data = {document}\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: admit(data)\n"
        "except GateRefused: pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return int(said.stdout) * 1024


@pytest.mark.parametrize("name", ["billion-laughs", "quadratic", "depth-100000", "attributes-millions"])
def test_a_bomb_does_not_swell(name: str) -> None:
    document = f"next(bad for bad in documents() if bad.name == {name!r}).read()"
    assert memory_grown_by(document) < 50_000_000


def test_the_largest_document_that_comes_in_costs_less_than_200_megabytes() -> None:
    line = b"<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:Note>x</cbc:Note></cac:InvoiceLine>"
    largest = f"base('invoice').replace(b'</Invoice>', {line!r} * 160_000 + b'</Invoice>')"
    assert memory_grown_by(largest) < 200_000_000


def test_an_attachment_of_9_9_megabytes_of_text_comes_in() -> None:
    large = edited("invoice", ("ZGFnO25pdsOlCjIwMjYtMDUtMDE7QwoyMDI2LTA1LTA0O0MK", "QUFB" * 2_475_000))
    assert len(
        text(admit(large), "cac:AdditionalDocumentReference//cbc:EmbeddedDocumentBinaryObject") or ""
    ) == (9_900_000)


# --- what the refusal tells -----------------------------------------------------------------------------


def test_a_refusal_names_the_line() -> None:
    finding = refused(edited("invoice", ("<cbc:Note>Grund", "<cbc:Note>& Grund"))).finding
    assert finding.line == 11


def test_a_refusal_names_the_place_with_the_usual_prefixes() -> None:
    other = base("invoice").replace(b"cbc:", b"q:").replace(b":cbc=", b":q=")
    finding = refused(other.replace(b"<q:LineID>001", "<q:LineID>0\u202e01".encode())).finding
    assert finding.location == "/Invoice/cac:InvoiceLine[1]/cac:OrderLineReference/cbc:LineID"
    assert finding.line == 138
    assert "[U+202E]" in finding.found


def test_a_long_value_is_shown_shortened() -> None:
    finding = refused(edited("invoice", ("F2001", "F" * 500 + "\u200b"))).finding
    assert len(finding.found) == 80


def test_the_size_limit_is_one_setting() -> None:
    data = base("invoice")
    assert admit(data, Limits(bytes_max=len(data))) is not None
    finding = refused(data, Limits(bytes_max=len(data) - 1)).finding
    assert (finding.rule, finding.expected) == ("GATE-SIZE", f"{len(data) - 1:_}".replace("_", " "))


def test_positions_are_written_only_among_siblings_of_one_name() -> None:
    root = admit(base("invoice"))
    line = root.findall(f"{{{CAC}}}InvoiceLine")[1]
    assert location_of(line[0]) == "/Invoice/cac:InvoiceLine[2]/cbc:ID"
    assert location_of(root) == "/Invoice"


# --- single values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *[("0", "0"), (" 1450.00\n", "1450.00"), ("-3.5", "-3.5"), ("123456789012345.1234567890",) * 2],
        *[("+22", "22"), ("22.", "22"), ("+.5", "0.5"), ("-.50", "-0.50"), ("007", "7"), ("-0.00", "-0.00")],
        *[("1" * 40, "1" * 40), ("0." + "1" * 40, "0." + "1" * 40), ("95.000000000000",) * 2],
    ],
)
def test_a_number_of_xml_schema_is_read_exactly(written: str, read: str) -> None:
    assert str(decimal_of(written)) == read
    assert isinstance(decimal_of(written), Decimal)


ODD_NUMBERS = (
    "NaN|Infinity|-Infinity|sNaN|1e400|1E2|1_000|1,5|1 000|٣|３|½|²|0x10|.|+|+-5||-|−5|1.2.3|--1|1\u00a0000"
)


@pytest.mark.parametrize("written", ODD_NUMBERS.split("|"))
def test_a_number_in_any_other_form_is_refused(written: str) -> None:
    with pytest.raises(GateRefused) as caught:
        decimal_of(written, location="/Invoice/cbc:ID", line=7)
    assert (caught.value.finding.rule, caught.value.finding.line) == ("GATE-NUMBER", 7)


@pytest.mark.parametrize("zone", ["", "Z", "+02:00", "-14:00"])
def test_a_day_is_read_as_written_whatever_its_zone(zone: str) -> None:
    assert date_of(f" 2028-02-29{zone} ").isoformat() == "2028-02-29"


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-29",
        "2026-13-01",
        "2026-2-3",
        "20260203",
        "2026-W06-2",
        "2026-02-03CET",
        "2026-02-03+15:00",
        "٢٠٢٦-٠٢-٠٣",
        "0000-01-01",
        "",
    ],
)
def test_a_day_in_any_other_form_is_refused(written: str) -> None:
    with pytest.raises(GateRefused) as caught:
        date_of(written)
    assert caught.value.finding.rule == "GATE-DATE"
