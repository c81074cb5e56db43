"""The people of the demo: somebody of every kind at the demo's suppliers, and of every role at the buyer.

Convention: they exist only where `billing demo` has played, all with the password printed here, and they sign in
without a second step. Names and addresses are invented; `.example` belongs to nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts import applications, passwords
from accounts import store as account_store
from accounts.identity import Permission
from accounts.sign_in import SignInHint
from foundation.money import Money
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import SWEDISH, Text
from invoicing.decisions import store as decision_store
from orders.register.register import Register
from orders.register.unit_scope import UnitScope

PASSWORD: Final = "rusta-och-matcha-demo"  # noqa: S105 - printed on the sign-in page of the demo
_P = Permission


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One user of the demo; `supplier` is empty for the buyer's people."""

    sign_in_name: str
    display_name: str
    supplier: str
    permissions: frozenset[Permission]
    told: Text
    within: UnitScope | None = None


def _of(
    name: str,
    display_name: str,
    supplier: str,
    permissions: Iterable[Permission],
    told: Text,
    within: UnitScope | None = None,
) -> DemoPerson:
    return DemoPerson(f"{name}.example", display_name, supplier, frozenset(permissions), told, within)


_SUPPLIER_ALL = (_P.ADMINISTER, _P.ASSIGN, _P.REPORT)

PEOPLE: Final = (
    _of(
        "alla@fyrbaken",
        "Alva Lind",
        "5599991014",
        _SUPPLIER_ALL,
        Text("Fyrbåken: alla tre behörigheterna"),
    ),
    _of(
        "redovisa@fyrbaken",
        "Bo Ek",
        "5599991014",
        (_P.REPORT,),
        Text("Fyrbåken: redovisa och se, en enhet"),
        UnitScope(frozenset({"UV-101"})),
    ),
    _of(
        "alla@larkdrillen",
        "Cilla Ås",
        "5599992020",
        _SUPPLIER_ALL,
        Text("Lärkdrillen: alla tre behörigheterna"),
    ),
    _of(
        "alla@tallkotten",
        "David Rud",
        "5599993036",
        _SUPPLIER_ALL,
        Text("Tallkotten: alla tre; tar emot order bara i portalen"),
    ),
    _of(
        "alla@havtornet",
        "Elin Sund",
        "8029996066",
        _SUPPLIER_ALL,
        Text("Havtornet: alla tre; utan moms"),
    ),
    _of(
        "ekonom@kopare",
        "Frida Holm",
        "",
        (_P.FINANCE,),
        Text("Köparen: ekonomihandläggare"),
    ),
    _of("attest1@kopare", "Gustav Berg", "", (_P.ATTEST,), Text("Köparen: attestant")),
    _of("attest2@kopare", "Hanna Vik", "", (_P.ATTEST,), Text("Köparen: attestant")),
    _of(
        "admin@kopare",
        "Ivar Dahl",
        "",
        (_P.BUYER_ADMIN,),
        Text("Köparen: administratör"),
    ),
    _of("revisor@kopare", "Jenny Strand", "", (_P.AUDIT,), Text("Köparen: granskare")),
    _of("handlaggare@kopare", "Klara Ask", "", (_P.OFFICER,), Text("Köparen: handläggare")),
    _of(
        "lasa@fyrbaken",
        "Leo Sten",
        "5599991014",
        (_P.VIEW,),
        Text("Fyrbåken: läsbehörighet, ändrar inget"),
    ),
    _of(
        "alla@videholmen",
        "Maja Alm",
        "5599998084",
        _SUPPLIER_ALL,
        Text("Videholmen: alla tre; har tagit över Hällmarken"),
    ),
    _of(
        "admin2@kopare",
        "Nils Ekman",
        "",
        (_P.BUYER_ADMIN,),
        Text("Köparen: administratör, den andra av två"),
    ),
)


APPLIES: Final = "5599995056"
"""The supplier that has no account yet."""


HINT: Final = SignInHint(PEOPLE, PASSWORD)
"""What the sign-in page of the demo shows."""


def move_in(session: Session, register: Register, *, at: datetime) -> int:
    """Make the accounts of all people whose company is in the register; how many."""
    known = {each.organisation_number for each in register.suppliers}
    password_hash = passwords.hashed(PASSWORD)
    made = 0
    for each in PEOPLE:
        if each.supplier and each.supplier not in known:
            continue
        number = account_store.add(
            session,
            organisation=each.supplier or register.buyer.organisation_number,
            sign_in_name=each.sign_in_name,
            display_name=each.display_name,
            permissions=each.permissions,
            within=each.within,
            language=SWEDISH,
            at=at,
            by="demo",
            state=account_store.AccountState.ACTIVE,
            password_hash=password_hash,
        )
        if Permission.FINANCE in each.permissions:
            # So large a difference may the demo's finance officer accept alone.
            limit = Money.of("500.00")
            decision_store.set_limit(session, f"user-{number}", limit, by="demo", on=at.date())
        made += 1
    return made


def apply(session: Session, register: Register, *, at: datetime) -> None:
    """A company applies for its account and has waited five days, so that the administrator has something to do."""
    today = stockholm_date(at)
    for supplier in register.suppliers:
        if supplier.organisation_number == APPLIES:
            applications.apply(
                session,
                supplier,
                contact_name="Kim Lund",
                email="kim@gryningen.example",
                telephone="070-174 06 05",
                units=(),
                language=SWEDISH,
                today=today - timedelta(days=5),
                at=at,
            )
