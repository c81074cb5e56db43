"""Asking the mail server what it offers, without sending anything; and what is said of a server that is not there."""

import smtplib
from typing import Final

from foundation.errors import Refused
from foundation.text import Text
from operations.mail import connection, faults
from operations.mail.connection import Offers
from operations.settings import Settings

NO_ADDRESSES_OF_ALL_LETTERS: Final = Text(
    "Servern tar inte adresser med å, ä och ö före @ (SMTPUTF8), men BILLING_SMTP_UTF8 är satt. Ta bort den."
)


def no_server(settings: Settings) -> Text:
    """What is said where none is set, and mails lie in a folder."""
    return Text(
        "Ingen mejlserver är inställd (BILLING_SMTP_HOST). Mejlen läggs i %(folder)s.",
        folder=settings.mail_folder,
    )


def offers(settings: Settings) -> Offers:
    """What the server offers us, encrypted and signed in as the settings say. Raises Refused, with what is wrong."""
    try:
        with connection.connection(settings) as server:
            return Offers.of(server)
    except (smtplib.SMTPException, OSError, faults.ServerRefused) as error:
        raise Refused(faults.of(error).told) from None
