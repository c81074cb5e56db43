"""Files inside documents: six kinds come through, and only when they are what they say."""

import base64

import pytest

from fixtures.build_bad import BadDocument, base, documents, zipped
from peppol.codelists import MIME_BILLING
from peppol.findings import Severity
from peppol.validation.attachments import Mime, attachments, decode, examine
from peppol.xml.gate import admit
from peppol.xml.gate_errors import GateRefused

CONTENTS = {
    Mime.PDF: b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n",
    Mime.PNG: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    Mime.JPEG: b"\xff\xd8\xff\xe0\x00\x10JFIF",
    Mime.CSV: "dag;närvaro\r\n2026-05-04;C\r\n".encode(),
    Mime.XLSX: zipped("[Content_Types].xml", "xl/workbook.xml"),
    Mime.ODS: b"PK\x03\x04" + b"\x00" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
}
WITHHELD = tuple(bad for bad in documents() if bad.code.startswith("GATE-ATTACHMENT"))


def packed(content: bytes) -> str:
    return base64.b64encode(content).decode()


def refused(text: str, *, mime_code: str = Mime.PDF, filename: str = "a.pdf") -> str:
    with pytest.raises(GateRefused) as caught:
        decode(text, mime_code=mime_code, filename=filename)
    return caught.value.finding.rule


def test_the_kinds_are_those_of_the_published_list() -> None:
    assert set(Mime) == MIME_BILLING


@pytest.mark.parametrize("mime", Mime)
def test_a_file_of_each_kind_comes_through_unchanged(mime: Mime) -> None:
    attachment = decode(packed(CONTENTS[mime]), mime_code=mime, filename="Bilaga 1, maj (åäö)")
    assert (attachment.mime_code, attachment.content) == (mime, CONTENTS[mime])


@pytest.mark.parametrize("claimed", Mime)
@pytest.mark.parametrize("content", [mime for mime in Mime if mime is not Mime.CSV])
def test_a_file_of_another_kind_than_it_claims_is_withheld(claimed: Mime, content: Mime) -> None:
    if claimed is content:
        assert decode(packed(CONTENTS[content]), mime_code=claimed, filename="a").content
    else:
        assert refused(packed(CONTENTS[content]), mime_code=claimed) == "GATE-ATTACHMENT-CONTENT"


def test_line_breaks_in_base64_are_no_damage() -> None:
    text = packed(CONTENTS[Mime.PDF])
    broken = "\r\n\t".join(text[at : at + 20] for at in range(0, len(text), 20))
    assert decode(broken, mime_code=Mime.PDF, filename="a.pdf").content == CONTENTS[Mime.PDF]


@pytest.mark.parametrize("text", ["JVBERi0", "JVBE!i0=", "JVBE\u00a0Ri0=", "åäö=", "====", "JV=BERi0"])
def test_damaged_base64_is_withheld(text: str) -> None:
    assert refused(text) in ("GATE-ATTACHMENT-BASE64", "GATE-ATTACHMENT-CONTENT")


NAMES = [
    "",
    " ",
    ".",
    "../a.pdf",
    "a/b.pdf",
    "a\\b.pdf",
    "a:b",
    "con",
    "LPT1.pdf",
    "a.pdf\r\nX: y",
    "a\u202efdp.exe",
]


@pytest.mark.parametrize(
    "name", [*NAMES, "a.exe. ", "a.JS", "a.svg", 'a".pdf', "a*.pdf", "a" * 201, "a\x00.pdf"]
)
def test_a_name_that_is_more_than_a_name_is_withheld(name: str) -> None:
    assert refused(packed(CONTENTS[Mime.PDF]), filename=name) == "GATE-ATTACHMENT-NAME"


@pytest.mark.parametrize(
    "name", ["faktura", "Rapport 2026.05.pdf", "å ä ö.pdf", "consult.pdf", "a'b.pdf", "日本.pdf"]
)
def test_an_ordinary_name_comes_through(name: str) -> None:
    assert decode(packed(CONTENTS[Mime.PDF]), mime_code=Mime.PDF, filename=name).filename == name


def test_the_attachment_of_an_invoice_is_found() -> None:
    root = admit(base("invoice"))
    assert [(found.filename, found.content[:3]) for found in attachments(root)] == [("dagar-maj.csv", b"dag")]
    assert examine(root) == ()


@pytest.mark.parametrize("bad", WITHHELD, ids=lambda bad: bad.name)
def test_a_withheld_attachment_is_a_warning_with_its_place(bad: BadDocument) -> None:
    root = admit(bad.read())
    assert attachments(root) == ()
    (finding,) = examine(root)
    assert (finding.rule, finding.severity) == (bad.code, Severity.WARNING)
    assert finding.location.endswith("/cac:Attachment/cbc:EmbeddedDocumentBinaryObject")
    assert finding.line == 27
