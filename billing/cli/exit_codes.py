"""What stops a command, told as one sentence on standard error, and the exit code that goes with it.

Convention: 0 done, 1 failed or an invariant broken, 2 wrong usage (given by the reader of
arguments), 3 a document refused or in question, 4 not found. No traceback reaches a user.
"""

from enum import IntEnum

import typer
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from foundation.database import explain
from foundation.errors import Language, NotFound, Refused
from foundation.formatting import plain
from invoicing.documents.store import InvoiceUnknown
from invoicing.portal_invoicing.flipping import NotToInvoice
from orders.placements.store import PlacementUnknown
from orders.purchase_orders.order_store import OrderUnknown
from orders.register.files import RegisterRefused
from peppol.exchange.outgoing import InvalidDocument
from peppol.explanations.explain import explain as explain_finding
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
    swedish = language == "sv"
    if isinstance(error, RegisterRefused):
        for problem in error.problems:
            place = f"{problem.file}:{problem.line}" if problem.line else problem.file
            complain(f"{place}: {problem.sentence_sv if swedish else problem.sentence}")
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
            return Refused(
                explain_finding(error.finding, "sv").sentence, explain_finding(error.finding, "en").sentence
            )
        case InvalidDocument():
            rules = ", ".join(sorted({finding.rule for finding in error.findings}))
            return Refused(
                f"Vårt eget dokument {error.document_id} bryter mot {rules} och skickas inte. "
                "Rätta uppgifterna i registret.",
                f"Our own document {error.document_id} breaks {rules} and is not sent. "
                "Correct the details in the register.",
            )
        case ValidationError() if error.title == "Settings":
            names = ", ".join(f"BILLING_{each['loc'][0]}".upper() for each in error.errors())
            return Refused(f"Miljövariabeln {names} går inte att använda.", f"{names} cannot be used.")
        case OSError():
            return _file_refused(error)
        case _:
            name = type(error).__name__
            return Refused(
                f"Ett fel i programmet ({name}). Det som redan skrivits står kvar. "
                "Kör om med --trace och anmäl det.",
                f"A fault in the program ({name}). What was written stands. "
                "Run again with --trace and report it.",
            )


_FILE_FAULTS: dict[type[OSError], tuple[str, str]] = {
    FileNotFoundError: ("finns inte", "does not exist"),
    IsADirectoryError: ("är en mapp, inte en fil", "is a folder, not a file"),
    NotADirectoryError: ("är inte en mapp", "is not a folder"),
    FileExistsError: ("finns redan", "exists already"),
    PermissionError: ("får inte öppnas", "may not be opened"),
}


def _file_refused(error: OSError) -> Refused:
    name = str(error.filename or "")
    sv, en = _FILE_FAULTS.get(
        type(error), (f"går inte att använda ({error.strerror})", f"cannot be used ({error.strerror})")
    )
    return Refused(f"{name} {sv}. Kontrollera sökvägen.", f"{name} {en}. Check the path.")
