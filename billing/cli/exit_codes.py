"""What stops a command, told as one sentence on standard error, and the exit code that goes with it.

Convention: 0 done, 1 failed or an invariant broken, 2 wrong usage (given by the reader of
arguments), 3 a document refused or in question, 4 not found. No traceback reaches a user.
"""

import re
from enum import IntEnum

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import SQLAlchemyError

from foundation.database import explain
from foundation.errors import NotFound, Refused
from foundation.formatting import plain
from foundation.network.faults import fault_of
from foundation.text import Language, Text
from invoicing.documents.store import InvoiceUnknown
from invoicing.portal_invoicing.flipping import NotToInvoice
from operations.buyers.model import BuyerUnknown
from orders.placements.store import PlacementUnknown
from orders.purchase_orders.order_store import OrderUnknown
from orders.register.files import RegisterRefused
from orders.register.needs import RegisterUnfit
from peppol.access_points.protocol import AccessPointError
from peppol.exchange.outgoing import InvalidDocument
from peppol.explanations.explain import explained
from peppol.xml.gate_errors import GateRefused


class ExitCode(IntEnum):
    """What a command ends with."""

    OK = 0
    FAILED = 1
    IN_QUESTION = 3
    NOT_FOUND = 4
    INTERRUPTED = 130


_CODES: dict[type[Refused], ExitCode] = {
    NotFound: ExitCode.NOT_FOUND,
    BuyerUnknown: ExitCode.NOT_FOUND,
    OrderUnknown: ExitCode.NOT_FOUND,
    InvoiceUnknown: ExitCode.NOT_FOUND,
    PlacementUnknown: ExitCode.NOT_FOUND,
    NotToInvoice: ExitCode.IN_QUESTION,
}


def complain(sentence: str) -> None:
    """One sentence on standard error."""
    typer.echo(plain(sentence), err=True)


def stopped_by(error: Exception, language: Language) -> ExitCode:
    """Tell what stopped a command; the code it ends with. A register is told problem by problem."""
    if isinstance(error, RegisterRefused):
        for problem in error.problems:
            place = f"{problem.file}:{problem.line}" if problem.line else problem.file
            complain(f"{place}: {problem.sentence.in_language(language)}")
        return ExitCode.FAILED
    if isinstance(error, RegisterUnfit):
        for sentence in error.sentences:
            complain(sentence.in_language(language))
        return ExitCode.FAILED
    refusal = refusal_of(error)
    complain(refusal.in_language(language))
    return _CODES.get(type(refusal), ExitCode.FAILED)


def refusal_of(error: Exception) -> Refused:
    """The sentence for anything that can stop a command."""
    match error:
        case Refused():
            return error
        case SQLAlchemyError():
            return explain(error)
        case GateRefused():
            return Refused(explained(error.finding))
        case InvalidDocument():
            rules = ", ".join(sorted({finding.rule for finding in error.findings}))
            return Refused(
                Text(
                    "Vårt eget dokument %(document_id)s bryter mot %(rules)s och skickas inte. Rätta "
                    "uppgifterna i registret.",
                    document_id=error.document_id,
                    rules=rules,
                )
            )
        case ValidationError() if error.title == "Settings":
            for each in error.errors():
                if isinstance(cause := each.get("ctx", {}).get("error"), Refused):
                    return cause
            variables = ", ".join(f"BILLING_{each['loc'][0]}".upper() for each in error.errors())
            return Refused(Text("Miljövariabeln %(variables)s går inte att använda.", variables=variables))
        case SettingsError():
            # Of a setting that is an object: the library names the field in its words.
            field = next(iter(re.findall(r'field "([a-z_]+)"', str(error))), "")
            return Refused(
                Text("Miljövariabeln %(variable)s är inte JSON.", variable=f"BILLING_{field}".upper())
            )
        case AccessPointError():
            return Refused(error.sentence)
        case OSError():
            return _file_refused(error)
        case _:
            return Refused(
                Text(
                    "Ett fel i programmet (%(error)s). Det som redan skrivits står kvar. Kör om med --trace "
                    "och anmäl det.",
                    error=type(error).__name__,
                )
            )


_FILE_FAULTS: dict[type[OSError], Text] = {
    FileNotFoundError: Text("%(path)s finns inte. Kontrollera sökvägen."),
    IsADirectoryError: Text("%(path)s är en mapp, inte en fil. Kontrollera sökvägen."),
    NotADirectoryError: Text("%(path)s är inte en mapp. Kontrollera sökvägen."),
    FileExistsError: Text("%(path)s finns redan. Kontrollera sökvägen."),
    PermissionError: Text("%(path)s får inte öppnas. Kontrollera sökvägen."),
}
_FILE_FAULT = Text("%(path)s går inte att använda (%(fault)s). Kontrollera sökvägen.")


def _file_refused(error: OSError) -> Refused:
    if error.filename is None:
        # It is about no file: a line, a server, or a disk that does not say what it was asked for.
        return Refused(fault_of(error).sentence)
    told = _FILE_FAULTS.get(type(error), _FILE_FAULT)
    return Refused(told.with_values(path=error.filename or "", fault=error.strerror))
