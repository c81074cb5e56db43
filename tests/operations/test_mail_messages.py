"""A mail as programs and people read it: plain and HTML of one text, headers for machines, letters of all kinds."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from foundation.text import languages
from operations.mail import messages
from operations.mail.addresses import AddressUnusable
from operations.mail.store import ClaimedMail
from operations.mail.texts import TEXTS
from operations.settings import Settings

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
AT = "https://portal.example"


def claimed(body: str = "Hej!\n\nLäs här:\n\n{portal}/orders/1\n", **more: Any) -> ClaimedMail:  # noqa: ANN401 - any field
    given: dict[str, Any] = {
        "id": 7,
        "account_id": 3,
        "to_address": "alva@fyrbaken.example",
        "template": "order-new",
        "about": "order 1",
        "subject": "En ny order",
        "body": body,
        "language": "sv",
        "attempts": 1,
        "made_at": NOW,
    }
    return ClaimedMail(**{**given, **more})


def came(mail: ClaimedMail, **settings: str) -> EmailMessage:
    """The mail as a program at the other end reads it from its bytes."""
    made = messages.message(mail, Settings.model_validate({"public_url": AT, **settings}))
    read = email.message_from_bytes(bytes(made), policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content())


class Seen(HTMLParser):
    """The words of a page, where its links lead, and what it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words, self.links, self.fetched = "", list[str](), list[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(told["href"])
        self.fetched += [value for name, value in told.items() if name in ("src", "background", "srcset")]
        if tag in ("link", "img", "script", "style", "iframe", "object", "form"):
            self.fetched.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("template", sorted(TEXTS))
@pytest.mark.parametrize("language", languages())
def test_every_mail_says_the_same_plain_and_as_html(template: str, language: str) -> None:
    names = (
        "number",
        "id",
        "payment",
        "month",
        "count",
        "reason",
        "kind",
        "sentence",
        "which",
        "told",
        "provider",
        "name",
        "why",
        "page",
        "words",
        "reply_to",
    )
    values = {**dict.fromkeys(names, "7"), "portal": "{portal}", "link": AT, "until": "-", "product": "-"}
    body = TEXTS[template].body.with_values(**values).in_language(language)
    mail = came(claimed(body, template=template, language=language, choices="/mails/x"))
    plain, page = part(mail, "plain"), Seen(part(mail, "html"))
    assert "".join(plain.split()) == "".join(page.words.split()).removeprefix("Ennyorder")
    assert page.links == [each for each in plain.split() if each.startswith("https://")] or "." in plain
    assert page.fetched == []
    assert [each["Content-Language"] for each in mail.walk()] == [language] * 3


def test_a_mail_of_a_kind_that_may_be_declined_says_so_to_programs_and_people() -> None:
    mail = came(claimed(choices="/mails/3.ORDERS.2027-02-19.x"))
    assert mail["List-Unsubscribe"] == f"<{AT}/mails/3.ORDERS.2027-02-19.x>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"Välj vilka mejl du får, och hur ofta:\n{AT}/mails/" in part(mail, "plain")


def test_a_mail_about_ones_account_cannot_be_declined_and_says_so() -> None:
    mail = came(claimed(template="password-changed"))
    assert mail["List-Unsubscribe"] is None
    assert "går inte att välja bort" in part(mail, "plain")
    # Whoever has no account has nothing to choose.
    assert "välja bort" not in part(came(claimed(account_id=None)), "plain")


def test_a_portal_without_https_offers_no_press_in_the_mail_program() -> None:
    """RFC 8058 wants https; the link at the foot is there all the same."""
    mail = came(claimed(choices="/mails/x"), public_url="http://127.0.0.1:8000")
    assert mail["List-Unsubscribe"] is None
    assert "http://127.0.0.1:8000/mails/x" in part(mail, "plain")


def test_a_domain_with_letters_goes_in_plain_ones_and_what_stands_before_it_as_it_is() -> None:
    assert came(claimed(to_address="asa@företag.example"))["To"] == "asa@xn--fretag-wxa.example"
    made = messages.message(claimed(to_address="åsa@företag.example"), Settings())
    assert made["To"] == "åsa@xn--fretag-wxa.example"
    with pytest.raises(AddressUnusable):
        messages.message(claimed(to_address="asa@-ö.example"), Settings())


TEXT: SearchStrategy[str] = st.text(
    st.one_of(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), st.just("\n")),
    max_size=300,
)


@pytest.mark.law
@given(TEXT)
def test_whatever_a_text_says_its_html_says_and_no_more(text: str) -> None:
    page = Seen(part(came(claimed(text)), "html"))
    assert "".join(text.replace("{portal}", AT).split()) in "".join(page.words.split())
    assert page.fetched == []
    assert all(each.startswith(("http://", "https://")) for each in page.links)


def test_every_kind_that_may_be_declined_begins_with_a_greeting_which_the_daily_mail_leaves_out() -> None:
    values = dict.fromkeys(("number", "id", "payment", "month", "count", "portal"), "7")
    for text in TEXTS.values():
        if text.notice is not None:
            for language in languages():
                told = text.body.with_values(**values).in_language(language)
                first, _, rest = told.partition("\n\n")
                assert first in ("Hej!", "Hello!")
                assert rest
