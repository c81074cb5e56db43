"""The manners of several producers: how their programs are seen to write, imitated here by hand.

Each is our own rendering of what public examples and trouble reports of that kind of program show: its prefixes, its
numbers, its line ends. None is a copy of a program's output, and what a version of today writes may be otherwise.
"""

from collections.abc import Mapping

from billing.tools.producers.bill_writing import (
    Manner,
    as_a_float,
    shortest,
    with_four_decimals,
    with_two_decimals,
)

MANNERS: Mapping[str, Manner] = {
    # A template in Python: quotes of its own, floats, texts as CDATA.
    "Tryton": Manner(
        declaration="<?xml version='1.0' encoding='utf-8'?>",
        quantity=as_a_float,
        percent=as_a_float,
        cdata=True,
        ubl_version=True,
    ),
    "Odoo": Manner(
        declaration="<?xml version='1.0' encoding='UTF-8'?>",
        quantity=as_a_float,
        price=with_two_decimals,
        percent=as_a_float,
        contact=True,
        gap="\n  ",
    ),
    "Fortnox": Manner(quantity=with_two_decimals, percent=shortest, gap=""),
    # .NET: a byte order mark, lines that end as in Windows, a schema location.
    "Visma": Manner(
        declaration='<?xml version="1.0" encoding="utf-8"?>',
        mark=True,
        gap="\r\n",
        quantity=with_four_decimals,
        percent=with_two_decimals,
        root_attributes=(
            ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            ' xsi:schemaLocation="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2 UBL-Invoice-2.1.xsd"'
        ),
    ),
    # Mapped by a middleware: every namespace has a prefix of its own.
    "SAP": Manner(
        root="n0:",
        aggregate="n2:",
        basic="n1:",
        gap="",
        quantity=with_four_decimals,
        price=with_four_decimals,
        percent=with_two_decimals,
    ),
    "Business Central": Manner(
        declaration='<?xml version="1.0" encoding="utf-8" standalone="no"?>',
        amount=shortest,
        quantity=shortest,
        price=shortest,
        gap="\r\n",
        contact=True,
        lists=True,
    ),
    # A program that wrote the older profile, brought up by changing what the new rules forbade and no more.
    "BIS 2, upgraded": Manner(lists=True, institution=True, ubl_version=True, quantity=with_two_decimals),
    # The standard library of Python, left to name the prefixes.
    "ElementTree": Manner(
        declaration="<?xml version='1.0' encoding='utf8'?>",
        root="ns0:",
        aggregate="ns2:",
        basic="ns1:",
        gap="",
    ),
    "own mapping": Manner(declaration="", aggregate="a:", basic="b:", comment=" faktura "),
}
"""Name of the producer, and its manner."""
