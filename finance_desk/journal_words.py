"""What the journal tells in words: every action there is, and what stands in a row's details.

Convention: a test demands words for every member of every
`JournalAction`; only what an earlier release wrote and none writes now is shown as it is written.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from accounts.journal_actions import AccountAction, ApplicationAction
from foundation.text import Text, WrittenText
from invoicing.decisions.rules import name_of
from invoicing.exceptions import steps
from invoicing.journal_actions import AuditAction, DeskAction, DocumentAction, PaymentAction, SupplierAction
from operations.journal_actions import OperationsAction
from orders.journal_actions import OrderAction, PlacementAction, RegisterAction
from peppol.journal_actions import AccessPointAction, MessageAction

#: By what is stored, so that a row is looked up as it is read.
ACTION_WORDS: Final[Mapping[str, Text]] = {
    DocumentAction.INVOICE_RECEIVED: Text("Kom och prövades"),
    DocumentAction.INVOICE_JUDGED: Text("Prövades igen"),
    DocumentAction.INVOICE_PAID: Text("Betalades"),
    DocumentAction.INVOICE_CREDITED: Text("Krediterades i sin helhet"),
    DocumentAction.CREDIT_JUDGED: Text("Kreditfakturan prövades"),
    DocumentAction.CREDIT_SETTLED: Text("Kreditfakturan kvittades"),
    DocumentAction.CREDIT_REQUESTED: Text("Kredit och ny faktura begärdes"),
    DocumentAction.CREDIT_REQUEST_UNDONE: Text("Begäran om kredit togs tillbaka"),
    DocumentAction.CREDIT_REQUEST_WITHDRAWN: Text("Begäran om kredit återtogs: månaden är inlevererad"),
    DocumentAction.WAITING_ENDED: Text("Väntetiden tog slut"),
    DocumentAction.ANSWER_SENT: Text("Svaret skickades"),
    DocumentAction.DESK_UNDONE: Text("Åtgärden ångrades"),
    DeskAction.HANDED_OVER: Text("Bytte handläggare"),
    DeskAction.COMMENTED: Text("Kommenterades"),
    DeskAction.BATCH: Text("Många på en gång"),
    DeskAction.BATCH_UNDONE: Text("Omgången ångrades"),
    DocumentAction.PROTECTED_REVEALED: Text("Skyddade uppgifter öppnades"),
    PaymentAction.CLAIM_SETTLED: Text("Fordran reglerades"),
    PaymentAction.REPAYMENT_NOTED: Text("Återbetalning noterades"),
    PaymentAction.STOP_ASKED: Text("Betalningsstopp lades"),
    PaymentAction.STOP_CONFIRMED: Text("Betalningsstoppet bekräftades"),
    PaymentAction.STOP_REFUSED: Text("Betalningsstoppet togs bort"),
    PaymentAction.STOP_LIFT_ASKED: Text("Att betalningsstoppet hävs begärdes"),
    PaymentAction.STOP_LIFTED: Text("Betalningsstoppet hävdes"),
    PaymentAction.STOP_KEPT: Text("Betalningsstoppet fick ligga kvar"),
    PaymentAction.REPAYMENT_TAKEN_BACK: Text("Noterad återbetalning togs tillbaka"),
    OrderAction.ORDER_PLACED: Text("Ordern lades"),
    PlacementAction.DECIDED: Text("Beslut om placering"),
    PlacementAction.REPORT_FILED: Text("Redovisning lämnades"),
    PlacementAction.REPORT_APPROVED: Text("Redovisning godkändes"),
    PlacementAction.REPORT_REJECTED: Text("Redovisning avslogs"),
    PlacementAction.REPORT_REVOKED: Text("Redovisningens godkännande återkallades"),
    PlacementAction.REPORT_APPROVAL_UNDONE: Text("Godkännandet togs tillbaka"),
    OrderAction.RECEIPT_REVERSED: Text("Inleveransen togs tillbaka"),
    OrderAction.RECEIPT_MADE: Text("Levererades in"),
    OrderAction.RECEIPT_REPLACED: Text("Inleveransen ersattes"),
    PlacementAction.INTERRUPTION_SET: Text("Avbrott registrerades"),
    PlacementAction.INTERRUPTION_WITHDRAWN: Text("Avbrottet togs tillbaka"),
    PlacementAction.LATE_INTERRUPTION_APPLIED: Text("Ett avbrott som kom för sent verkställdes för hand"),
    PlacementAction.EVENT_LAID_ASIDE: Text("Händelsen lades till handlingarna"),
    RegisterAction.REGISTER_LOADED: Text("Registret lästes in"),
    RegisterAction.POLICY_MADE: Text("Nya regler sparades"),
    RegisterAction.POLICY_IN_FORCE: Text("Nya regler började gälla"),
    RegisterAction.POLICY_WITHDRAWN: Text("Regler togs tillbaka"),
    DeskAction.LIMIT_SET: Text("Beloppsgräns sattes"),
    AuditAction.EXPORTED: Text("Ärendet lämnades ut som ZIP"),
    AuditAction.HOLD_PLACED: Text("Bevarandekrav lades"),
    AuditAction.HOLD_LIFTED: Text("Bevarandekravet hävdes"),
    AuditAction.DISPOSAL_PROPOSED: Text("Gallring föreslogs"),
    AuditAction.DISPOSAL_DONE: Text("Gallring utfördes"),
    AccountAction.CODES_FORGOTTEN: Text("Återställningskoder glömdes"),
    AccountAction.ENDED: Text("Kontot avslutades"),
    AccountAction.IDENTITY_TIED: Text("En identitet knöts till kontot"),
    AccountAction.INVITED_AGAIN: Text("Inbjudan sändes igen"),
    AccountAction.PASSWORD_CHANGED: Text("Lösenordet byttes"),
    AccountAction.RECOVERY_CODE_USED: Text("En återställningskod användes"),
    AccountAction.SECOND_STEP: Text("Det andra steget ändrades"),
    AccountAction.SIGNED_IN: Text("Loggade in"),
    AccountAction.SIGNED_OUT_EVERYWHERE: Text("Loggades ut överallt"),
    AccountAction.INVITED: Text("En inbjudan sändes"),
    AccountAction.TAKEN_UP: Text("Kontot togs i bruk"),
    AccountAction.CHANGED: Text("Kontots behörighet ändrades"),
    AccountAction.PASSWORD_RESET: Text("Ett nytt lösenord valdes"),
    DeskAction.ANSWER_SEEN: Text("Ett svar sågs"),
    SupplierAction.ANSWER_RECEIVED: Text("Ett svar kom"),
    ApplicationAction.MADE: Text("En ansökan lämnades"),
    ApplicationAction.APPROVED: Text("Ansökan godkändes"),
    ApplicationAction.REFUSED: Text("Ansökan avslogs"),
    PaymentAction.ATTEST_DROPPED: Text("Attesten föll"),
    PaymentAction.ATTEST_GIVEN: Text("Attesterades"),
    PaymentAction.BANK_HANDLED: Text("Bankens rad avgjordes"),
    PaymentAction.BANK_READ: Text("Bankens fil lästes in"),
    SupplierAction.BENCH_ASKED: Text("Prov av filer begärdes"),
    SupplierAction.BENCH_CONFIRMED: Text("Provet godkändes"),
    SupplierAction.BENCH_SENT_BACK: Text("Provet sändes tillbaka"),
    SupplierAction.BENCH_TRIED: Text("En fil provades"),
    SupplierAction.CHANGE_ASKED: Text("En ändring begärdes"),
    SupplierAction.CHANGE_CONFIRMED: Text("Ändringen bekräftades av två"),
    SupplierAction.CHANGE_FIRST_CONFIRMED: Text("Ändringen bekräftades av en första"),
    SupplierAction.CHANGE_REFUSED: Text("Ändringen avslogs"),
    SupplierAction.CHANGE_WITHDRAWN: Text("Ändringen drogs tillbaka"),
    AuditAction.DISPOSAL_WITHDRAWN: Text("Gallringen drogs tillbaka"),
    PaymentAction.FILE_MADE: Text("En fil gjordes"),
    OperationsAction.JOB_AGAIN: Text("Ett jobb togs om"),
    OperationsAction.JOB_GIVEN_UP: Text("Ett jobb gavs upp"),
    OperationsAction.ALARM_RAISED: Text("Ett larm gavs"),
    PaymentAction.LEDGER_ACCRUED: Text("Upplupet bokfördes"),
    PaymentAction.LEDGER_BOOKED: Text("Bokfördes"),
    MessageAction.ANSWERED: Text("Meddelandet besvarades"),
    MessageAction.FAILED: Text("Meddelandet kunde inte hanteras"),
    MessageAction.REPLAYED: Text("Meddelandet lästes igen"),
    MessageAction.UNANSWERABLE: Text("Meddelandet kunde inte besvaras"),
    MessageAction.DELIVERED: Text("Meddelandet kom fram"),
    MessageAction.REJECTED: Text("Meddelandet avvisades"),
    MessageAction.STUCK: Text("Meddelandet fastnade"),
    MessageAction.IN_PORTAL: Text("Meddelandet lades i portalen"),
    MessageAction.RESENT: Text("Meddelandet skickas igen"),
    AccessPointAction.UNREACHABLE: Text("Accesspunkten kunde inte nås"),
    AccessPointAction.REACHED: Text("Accesspunkten nåddes igen"),
    PlacementAction.OUTCOME_APPROVED: Text("Ett resultat godkändes"),
    PlacementAction.OUTCOME_EARNS_NOTHING: Text("Resultatet ger ingen ersättning"),
    PlacementAction.OUTCOME_ENDED: Text("Resultatet upphörde"),
    PaymentAction.CONFIRMED: Text("Förslaget är betalt"),
    PaymentAction.EXPORTED: Text("Filen till banken gjordes"),
    PaymentAction.PROPOSED: Text("Betalningsförslag gjordes"),
    PaymentAction.RETURNED: Text("Betalningen kom tillbaka"),
    PaymentAction.TAKEN_OUT: Text("Raden togs ut ur förslaget"),
    PaymentAction.WITHDRAWN: Text("Förslaget återtogs"),
    PlacementAction.CANCELLED: Text("Placeringen ställdes in"),
    PlacementAction.PERIOD_TWO: Text("Period två beslutades"),
    PlacementAction.CONTINUES: Text("Fortsätter en tidigare placering"),
    PlacementAction.PROVIDER_CHANGED: Text("Bytte leverantör"),
    SupplierAction.PORTAL_MADE: Text("Gjordes i portalen"),
    SupplierAction.PORTAL_RELEASED: Text("Lämnade portalen"),
    SupplierAction.PORTAL_STOPPED: Text("Stoppades i portalen"),
    SupplierAction.PORTAL_UNDONE: Text("Ångrades i portalen"),
    DocumentAction.PROTECTED_MARKED: Text("Hanteras som skyddad"),
    PlacementAction.RESULT_DROPPED: Text("Planerad resultatorder utgick"),
    PlacementAction.RESULT_TRIED_AGAIN: Text("Resultatorder lades efter nytt försök"),
    PlacementAction.RESULT_MOVED: Text("Planerad resultatorder fick en annan dag"),
    PlacementAction.RESULT_REVOKED: Text("Lagd resultatorder återkallades"),
    PlacementAction.OUTCOME_REVOKED: Text("Godkänt resultat återkallades"),
    PlacementAction.SUPPLEMENT_REVOKED: Text("Godkänt tillägg återkallades"),
    PaymentAction.RIGHT_ENDED: Text("Attesträtten upphörde"),
    PaymentAction.RIGHT_GIVEN: Text("Attesträtt gavs"),
    PaymentAction.RIGHT_SUBSTITUTE: Text("Ersättare utsågs"),
    SupplierAction.SERIES_CHOSEN: Text("Nummerserie valdes"),
    PlacementAction.SUPPLEMENT_APPROVED: Text("Ett tillägg godkändes"),
    PlacementAction.TUTOR_ASSIGNED: Text("Handledare utsågs"),
    SupplierAction.UPLOAD_TAKEN_IN: Text("En uppladdad fil togs in"),
    **{each: name_of(press) for press, each in steps.JOURNAL_ACTIONS.items()},
}


def action_name(action: str) -> Text:
    """What a journal row tells, in words; an action without words of its own as it is written."""
    return ACTION_WORDS.get(action, WrittenText(action))


def details(text: str) -> Sequence[tuple[str, str]]:
    """What a row says besides, as (name, value) in the journal's own words; what is empty is left out."""
    return [(key.replace("_", " "), str(value)) for key, value in json.loads(text).items() if value != ""]
