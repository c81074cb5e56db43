"""What the permissions are called, and what they let one do, in both languages."""

from typing import Final

from accounts.identity import Permission
from foundation.errors import Pair

_P = Permission

PERMISSIONS: Final[dict[Permission, tuple[Pair, Pair]]] = {
    _P.ADMINISTER: (
        ("Administrera behörigheter", "Administer permissions"),
        (
            "Lägga till, ändra och avsluta personer. Gäller alltid hela organisationen.",
            "Add, change and end people. Always covers the whole organisation.",
        ),
    ),
    _P.ASSIGN: (
        ("Ta emot och tilldela", "Receive and assign"),
        (
            "Ta emot placeringar och utse handledare.",
            "Receive placements and assign tutors.",
        ),
    ),
    _P.REPORT: (
        ("Redovisa och se", "Report and view"),
        (
            "Lämna redovisningar, fakturera, och se ordrar och fakturor.",
            "File reports, invoice, and see orders and invoices.",
        ),
    ),
    _P.FINANCE: (
        ("Ekonomihandläggare", "Finance officer"),
        ("Handlägga avvikelser och förbereda betalningar.", "Handle exceptions and prepare payments."),
    ),
    _P.ATTEST: (("Attestant", "Attests"), ("Attestera betalningar.", "Attest payments.")),
    _P.BUYER_ADMIN: (
        ("Administratör", "Administrator"),
        ("Ansökningar, ändringar och köparens personer.", "Applications, changes and the buyer's people."),
    ),
    _P.AUDIT: (
        ("Granskare", "Auditor"),
        ("Se allt och spåra vem som gjort vad.", "See all and trace who did what."),
    ),
    _P.PROTECTED: (
        ("Skyddade uppgifter", "Protected identities"),
        ("Handlägga placeringar med skyddade personuppgifter.", "Handle placements with protected identity."),
    ),
}
"""Permission -> (its name, what it lets one do), each as (Swedish, English)."""
