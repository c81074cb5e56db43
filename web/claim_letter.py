"""A demand or a reminder as a PDF, made of the same paragraphs that both sides' pages show."""

from foundation.text import Language
from invoicing.claims.claim_store import SupplierClaim
from invoicing.claims.letters import ClaimedFor, ClaimLetter, paragraphs
from orders.register.register import NotInRegister, Register
from web import pdf
from web.pages import text_from


def letter_html(claim: SupplierClaim, letter: ClaimLetter, register: Register, language: Language) -> str:
    """The letter as a page to print."""
    about = ClaimedFor(
        claim.number,
        claim.ocr,
        claim.invoice_number,
        claim.payment_number,
        claim.paid_on,
        claim.cause,
    )
    try:
        name = register.supplier(claim.supplier).name
    except NotInRegister:
        # Whom the register has lost is written to by its number.
        name = claim.supplier
    return text_from(
        "claim_letter.html",
        language,
        claim=claim,
        letter=letter,
        buyer=register.buyer,
        supplier_name=name,
        paragraphs=paragraphs(about, letter),
    )


def letter_pdf(claim: SupplierClaim, letter: ClaimLetter, register: Register, language: Language) -> bytes:
    """The letter as a PDF, A4; raises PdfRefused where none can be made."""
    return pdf.pdf_of(letter_html(claim, letter, register, language), sheet="order_paper.css")
