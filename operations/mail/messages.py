"""A mail as it leaves: the same text plain and as HTML, with the headers that mail programs go by.

Convention: HTML is made from the text by one template, with no picture, no style from elsewhere and no link that tells
who followed it. What may be declined says so in two headers (RFC 2369, RFC 8058) and at its foot; what may not, too.
"""

import html
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final

from foundation.text import Text, language_of
from operations.mail import addresses
from operations.mail.store import ClaimedMail
from operations.settings import Settings

_AT_HOME: Final = "http://127.0.0.1:8000"
_MAY_DECLINE: Final = Text("Välj vilka mejl du får, och hur ofta:\n%(address)s")
_MAY_NOT: Final = Text("Mejl om ditt konto och din inloggning går inte att välja bort.")
_LINK: Final = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")
_FONT: Final = "font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5;color:#1b1b1b"
_PAGE: Final = (
    '<!doctype html>\n<html lang="{language}">\n<head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>{subject}</title></head>\n'
    '<body style="margin:0;padding:24px;background:#ffffff;' + _FONT + '">\n'
    '<div style="max-width:600px">\n{paragraphs}\n'
    '<div style="margin-top:24px;padding-top:12px;border-top:1px solid #767676;font-size:14px">\n{foot}\n</div>\n'
    "</div>\n</body>\n</html>\n"
)


def message(claimed: ClaimedMail, settings: Settings) -> EmailMessage:
    """The whole mail. Raises AddressUnusable where its address cannot be written as a mail server takes it."""
    portal = settings.public_url.rstrip("/") or _AT_HOME
    made = _addressed(claimed, settings)
    choices = f"{portal}{claimed.choices}" if claimed.choices else ""
    if choices.startswith("https://"):
        made["List-Unsubscribe"] = f"<{choices}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    body = claimed.body.replace("{portal}", portal).strip()
    foot = _foot(claimed, choices)
    _set_text(made, f"{body}\n\n{foot}\n" if foot else f"{body}\n", "plain", claimed.language)
    # The same on every try, as the rest is; no part can hold it, for the encoding leaves no such sign as it is.
    made.make_alternative(boundary=f"=_{claimed.id}-{int(claimed.made_at.timestamp())}")
    as_html = EmailMessage()
    _set_text(as_html, _html(claimed, body, foot), "html", claimed.language)
    made.attach(as_html)
    made["Content-Language"] = claimed.language
    return made


def _addressed(claimed: ClaimedMail, settings: Settings) -> EmailMessage:
    host = settings.mail_from.rpartition("@")[2].rstrip(">")
    # Each buyer numbers its mails from 1: the name tells two of the same second apart.
    of_buyer = f"{settings.buyer}-" if settings.buyer_name else ""
    made = EmailMessage()
    made["Subject"] = claimed.subject
    # With several buyers the reader sees whose mail it is before opening it.
    made["From"] = _sender(settings)
    made["To"] = addresses.sendable(claimed.to_address)
    made["Date"] = format_datetime(claimed.made_at)
    made["Message-ID"] = f"<mail-{of_buyer}{claimed.id}-{int(claimed.made_at.timestamp())}@{host}>"
    # So that no holiday answers come back.
    made["Auto-Submitted"] = "auto-generated"
    return made


def _sender(settings: Settings) -> str | Address:
    if not settings.buyer_name:
        return settings.mail_from
    return Address(settings.buyer_name, addr_spec=parseaddr(settings.mail_from)[1])


def _foot(claimed: ClaimedMail, choices: str) -> str:
    language = language_of(claimed.language)
    if choices:
        return _MAY_DECLINE.with_values(address=choices).in_language(language)
    return "" if claimed.account_id is None else _MAY_NOT.in_language(language)


def _set_text(made: EmailMessage, text: str, subtype: str, language: str) -> None:
    # Not every server takes other than plain letters in a body, and none needs them.
    made.set_content(text, subtype=subtype, charset="utf-8", cte="quoted-printable")
    made["Content-Language"] = language


def _html(claimed: ClaimedMail, body: str, foot: str) -> str:
    return _PAGE.format(
        language=html.escape(claimed.language),
        subject=html.escape(claimed.subject),
        paragraphs=_paragraphs(body),
        foot=_paragraphs(foot),
    )


def _paragraphs(text: str) -> str:
    """The text's paragraphs, with its addresses as links.

    >>> _paragraphs("Läs här:\\n\\nhttps://portal.example/orders/1?a=1&b=2")
    '<p>Läs här:</p>\\n<p><a href="https://portal.example/orders/1?a=1&amp;b=2">https://portal.example/orders/1?a=1&amp;b=2</a></p>'
    """
    return "\n".join(f"<p>{_with_links(each)}</p>" for each in text.split("\n\n") if each.strip())


def _with_links(paragraph: str) -> str:
    told, end = "", 0
    for found in _LINK.finditer(paragraph):
        address = html.escape(found[0])
        told += f'{_lines(paragraph[end : found.start()])}<a href="{address}">{address}</a>'
        end = found.end()
    return told + _lines(paragraph[end:])


def _lines(text: str) -> str:
    return html.escape(text).replace("\n", "<br>\n")
