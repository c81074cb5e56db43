"""What the journal tells in words: every action there is, and what stands in a row's details.

Convention: (Swedish, English) pairs; a template picks with `pair`. A test demands words for every member of every
`JournalAction`; only what an earlier release wrote and none writes now is shown as it is written.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from accounts.journal_actions import AccountAction, ApplicationAction
from foundation.errors import Pair
from invoicing.decisions.rules import name_of
from invoicing.exceptions import steps
from invoicing.journal_actions import AuditAction, DeskAction, DocumentAction, PaymentAction, SupplierAction
from operations.journal_actions import OperationsAction
from orders.journal_actions import OrderAction, PlacementAction, RegisterAction
from peppol.journal_actions import AccessPointAction, MessageAction

#: By what is stored, so that a row is looked up as it is read.
ACTION_WORDS: Final[Mapping[str, Pair]] = {
    DocumentAction.INVOICE_RECEIVED: ("Kom och prövades", "Came and was judged"),
    DocumentAction.INVOICE_JUDGED: ("Prövades igen", "Was judged again"),
    DocumentAction.INVOICE_PAID: ("Betalades", "Was paid"),
    DocumentAction.INVOICE_CREDITED: ("Krediterades i sin helhet", "Was credited in full"),
    DocumentAction.CREDIT_JUDGED: ("Kreditfakturan prövades", "The credit note was judged"),
    DocumentAction.CREDIT_SETTLED: ("Kreditfakturan kvittades", "The credit note was settled"),
    DocumentAction.CREDIT_REQUESTED: (
        "Kredit och ny faktura begärdes",
        "Credit and a new invoice were asked for",
    ),
    DocumentAction.CREDIT_REQUEST_UNDONE: (
        "Begäran om kredit togs tillbaka",
        "The request for credit was taken back",
    ),
    DocumentAction.WAITING_ENDED: ("Väntetiden tog slut", "The waiting ended"),
    DocumentAction.ANSWER_SENT: ("Svaret skickades", "The answer was sent"),
    DocumentAction.DESK_UNDONE: ("Åtgärden ångrades", "The action was undone"),
    DeskAction.HANDED_OVER: ("Bytte handläggare", "Changed hands"),
    DeskAction.COMMENTED: ("Kommenterades", "Was commented"),
    DeskAction.BATCH: ("Många på en gång", "Many at once"),
    DeskAction.BATCH_UNDONE: ("Omgången ångrades", "The batch was undone"),
    DocumentAction.PROTECTED_REVEALED: ("Skyddade uppgifter öppnades", "Protected details were opened"),
    PaymentAction.CLAIM_SETTLED: ("Fordran reglerades", "The claim was settled"),
    PaymentAction.REPAYMENT_NOTED: ("Återbetalning noterades", "A repayment was noted"),
    PaymentAction.REPAYMENT_TAKEN_BACK: (
        "Noterad återbetalning togs tillbaka",
        "A noted repayment was taken back",
    ),
    OrderAction.ORDER_PLACED: ("Ordern lades", "The order was placed"),
    PlacementAction.DECIDED: ("Beslut om placering", "A placement was decided"),
    PlacementAction.REPORT_FILED: ("Redovisning lämnades", "A report was filed"),
    PlacementAction.REPORT_APPROVED: ("Redovisning godkändes", "A report was approved"),
    PlacementAction.REPORT_REJECTED: ("Redovisning avslogs", "A report was rejected"),
    OrderAction.RECEIPT_MADE: ("Levererades in", "Was received"),
    OrderAction.RECEIPT_REPLACED: ("Inleveransen ersattes", "The receipt was replaced"),
    PlacementAction.INTERRUPTION_SET: ("Avbrott registrerades", "An interruption was registered"),
    PlacementAction.INTERRUPTION_WITHDRAWN: ("Avbrottet togs tillbaka", "The interruption was withdrawn"),
    RegisterAction.REGISTER_LOADED: ("Registret lästes in", "The register was loaded"),
    RegisterAction.POLICY_MADE: ("Nya regler sparades", "A new policy was saved"),
    RegisterAction.POLICY_IN_FORCE: ("Nya regler började gälla", "A new policy came into force"),
    RegisterAction.POLICY_WITHDRAWN: ("Regler togs tillbaka", "A policy was withdrawn"),
    DeskAction.LIMIT_SET: ("Beloppsgräns sattes", "A limit was set"),
    AuditAction.EXPORTED: ("Ärendet lämnades ut som ZIP", "The case was handed out as a ZIP"),
    AuditAction.HOLD_PLACED: ("Bevarandekrav lades", "A legal hold was placed"),
    AuditAction.HOLD_LIFTED: ("Bevarandekravet hävdes", "The legal hold was lifted"),
    AuditAction.DISPOSAL_PROPOSED: ("Gallring föreslogs", "A disposal was proposed"),
    AuditAction.DISPOSAL_DONE: ("Gallring utfördes", "A disposal was carried out"),
    AccountAction.CODES_FORGOTTEN: ("Återställningskoder glömdes", "Recovery codes were forgotten"),
    AccountAction.ENDED: ("Kontot avslutades", "The account was ended"),
    AccountAction.IDENTITY_TIED: ("En identitet knöts till kontot", "An identity was tied to the account"),
    AccountAction.INVITED_AGAIN: ("Inbjudan sändes igen", "The invitation was sent again"),
    AccountAction.PASSWORD_CHANGED: ("Lösenordet byttes", "The password was changed"),
    AccountAction.RECOVERY_CODE_USED: ("En återställningskod användes", "A recovery code was used"),
    AccountAction.SECOND_STEP: ("Det andra steget ändrades", "The second step was changed"),
    AccountAction.SIGNED_IN: ("Loggade in", "Signed in"),
    AccountAction.SIGNED_OUT_EVERYWHERE: ("Loggades ut överallt", "Was signed out everywhere"),
    AccountAction.INVITED: ("En inbjudan sändes", "An invitation was sent"),
    AccountAction.TAKEN_UP: ("Kontot togs i bruk", "The account was taken into use"),
    AccountAction.CHANGED: ("Kontots behörighet ändrades", "What the account may do was changed"),
    AccountAction.PASSWORD_RESET: ("Ett nytt lösenord valdes", "A new password was chosen"),
    DeskAction.ANSWER_SEEN: ("Ett svar sågs", "An answer was seen"),
    SupplierAction.ANSWER_RECEIVED: ("Ett svar kom", "An answer came"),
    ApplicationAction.MADE: ("En ansökan lämnades", "An application was made"),
    ApplicationAction.APPROVED: ("Ansökan godkändes", "The application was approved"),
    ApplicationAction.REFUSED: ("Ansökan avslogs", "The application was refused"),
    PaymentAction.ATTEST_DROPPED: ("Attesten föll", "The attest was dropped"),
    PaymentAction.ATTEST_GIVEN: ("Attesterades", "Was attested"),
    PaymentAction.BANK_HANDLED: ("Bankens rad avgjordes", "The bank's row was dealt with"),
    PaymentAction.BANK_READ: ("Bankens fil lästes in", "The bank's file was read"),
    SupplierAction.BENCH_ASKED: ("Prov av filer begärdes", "A trial of files was asked for"),
    SupplierAction.BENCH_CONFIRMED: ("Provet godkändes", "The trial was confirmed"),
    SupplierAction.BENCH_SENT_BACK: ("Provet sändes tillbaka", "The trial was sent back"),
    SupplierAction.BENCH_TRIED: ("En fil provades", "A file was tried"),
    SupplierAction.CHANGE_ASKED: ("En ändring begärdes", "A change was asked for"),
    SupplierAction.CHANGE_CONFIRMED: ("Ändringen bekräftades av två", "The change was confirmed by two"),
    SupplierAction.CHANGE_FIRST_CONFIRMED: (
        "Ändringen bekräftades av en första",
        "The change was confirmed by a first person",
    ),
    SupplierAction.CHANGE_REFUSED: ("Ändringen avslogs", "The change was refused"),
    SupplierAction.CHANGE_WITHDRAWN: ("Ändringen drogs tillbaka", "The change was withdrawn"),
    AuditAction.DISPOSAL_WITHDRAWN: ("Gallringen drogs tillbaka", "The disposal was withdrawn"),
    PaymentAction.FILE_MADE: ("En fil gjordes", "A file was made"),
    OperationsAction.JOB_AGAIN: ("Ett jobb togs om", "A job was taken up again"),
    OperationsAction.JOB_GIVEN_UP: ("Ett jobb gavs upp", "A job was given up"),
    OperationsAction.ALARM_RAISED: ("Ett larm gavs", "An alarm was raised"),
    PaymentAction.LEDGER_ACCRUED: ("Upplupet bokfördes", "The accrual was booked"),
    PaymentAction.LEDGER_BOOKED: ("Bokfördes", "Was booked"),
    MessageAction.ANSWERED: ("Meddelandet besvarades", "The message was answered"),
    MessageAction.FAILED: ("Meddelandet kunde inte hanteras", "The message could not be handled"),
    MessageAction.REPLAYED: ("Meddelandet lästes igen", "The message was read again"),
    MessageAction.UNANSWERABLE: ("Meddelandet kunde inte besvaras", "The message could not be answered"),
    MessageAction.DELIVERED: ("Meddelandet kom fram", "The message was delivered"),
    MessageAction.REJECTED: ("Meddelandet avvisades", "The message was rejected"),
    MessageAction.STUCK: ("Meddelandet fastnade", "The message got stuck"),
    MessageAction.IN_PORTAL: ("Meddelandet lades i portalen", "The message was put in the portal"),
    MessageAction.RESENT: ("Meddelandet skickas igen", "The message is sent again"),
    AccessPointAction.UNREACHABLE: ("Accesspunkten kunde inte nås", "The access point could not be reached"),
    AccessPointAction.REACHED: ("Accesspunkten nåddes igen", "The access point was reached again"),
    PlacementAction.OUTCOME_APPROVED: ("Ett resultat godkändes", "A result was approved"),
    PlacementAction.OUTCOME_EARNS_NOTHING: ("Resultatet ger ingen ersättning", "The result earns nothing"),
    PlacementAction.OUTCOME_ENDED: ("Resultatet upphörde", "The result ended"),
    PaymentAction.CONFIRMED: ("Förslaget är betalt", "The proposal is paid"),
    PaymentAction.EXPORTED: ("Filen till banken gjordes", "The file to the bank was made"),
    PaymentAction.PROPOSED: ("Betalningsförslag gjordes", "A payment proposal was made"),
    PaymentAction.RETURNED: ("Betalningen kom tillbaka", "The payment came back"),
    PaymentAction.TAKEN_OUT: ("Raden togs ut ur förslaget", "The row was taken out of the proposal"),
    PaymentAction.WITHDRAWN: ("Förslaget återtogs", "The proposal was withdrawn"),
    PlacementAction.CANCELLED: ("Placeringen ställdes in", "The placement was cancelled"),
    PlacementAction.PERIOD_TWO: ("Period två beslutades", "Period two was decided"),
    PlacementAction.PROVIDER_CHANGED: ("Bytte leverantör", "Changed supplier"),
    SupplierAction.PORTAL_MADE: ("Gjordes i portalen", "Was made in the portal"),
    SupplierAction.PORTAL_RELEASED: ("Lämnade portalen", "Left the portal"),
    SupplierAction.PORTAL_STOPPED: ("Stoppades i portalen", "Was stopped in the portal"),
    SupplierAction.PORTAL_UNDONE: ("Ångrades i portalen", "Was undone in the portal"),
    DocumentAction.PROTECTED_MARKED: ("Hanteras som skyddad", "Is handled as protected"),
    PlacementAction.RESULT_DROPPED: ("Planerad resultatorder utgick", "A planned result order was dropped"),
    PaymentAction.RIGHT_ENDED: ("Attesträtten upphörde", "The right to attest ended"),
    PaymentAction.RIGHT_GIVEN: ("Attesträtt gavs", "A right to attest was given"),
    PaymentAction.RIGHT_SUBSTITUTE: ("Ersättare utsågs", "A substitute was named"),
    SupplierAction.SERIES_CHOSEN: ("Nummerserie valdes", "A number series was chosen"),
    PlacementAction.SUPPLEMENT_APPROVED: ("Ett tillägg godkändes", "A supplement was approved"),
    PlacementAction.TUTOR_ASSIGNED: ("Handledare utsågs", "A tutor was assigned"),
    SupplierAction.UPLOAD_TAKEN_IN: ("En uppladdad fil togs in", "An uploaded file was taken in"),
    **{each: name_of(press) for press, each in steps.JOURNAL_ACTIONS.items()},
}


def action_name(action: str) -> Pair:
    """What a journal row tells, in words; an action without words of its own as it is written."""
    return ACTION_WORDS.get(action, (action, action))


def details(text: str) -> Sequence[tuple[str, str]]:
    """What a row says besides, as (name, value) in the journal's own words; what is empty is left out."""
    return [(key.replace("_", " "), str(value)) for key, value in json.loads(text).items() if value != ""]
