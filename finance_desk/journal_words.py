"""What the journal tells in words: every kind of row, and what stands in its details.

Convention: (Swedish, English) pairs; a template picks with `pair`. A kind without words of its own is shown as it is
written, and a test demands that the demo's journal has none.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from foundation.errors import Pair
from invoicing.decisions.rules import Action, name_of

_ACTIONS: Final[Mapping[str, Pair]] = {
    "invoice.received": ("Kom och prövades", "Came and was judged"),
    "invoice.judged": ("Prövades igen", "Was judged again"),
    "invoice.paid": ("Betalades", "Was paid"),
    "invoice.credited": ("Krediterades i sin helhet", "Was credited in full"),
    "credit.judged": ("Kreditfakturan prövades", "The credit note was judged"),
    "credit.settled": ("Kreditfakturan kvittades", "The credit note was settled"),
    "credit.requested": ("Kredit och ny faktura begärdes", "Credit and a new invoice were asked for"),
    "credit.request.undone": ("Begäran om kredit togs tillbaka", "The request for credit was taken back"),
    "waiting.ended": ("Väntetiden tog slut", "The waiting ended"),
    "answer.sent": ("Svaret skickades", "The answer was sent"),
    "desk.undone": ("Åtgärden ångrades", "The action was undone"),
    "desk.handed_over": ("Bytte handläggare", "Changed hands"),
    "desk.commented": ("Kommenterades", "Was commented"),
    "desk.batch": ("Många på en gång", "Many at once"),
    "desk.batch.undone": ("Omgången ångrades", "The batch was undone"),
    "protected.revealed": ("Skyddade uppgifter öppnades", "Protected details were opened"),
    "payment.claim_settled": ("Fordran reglerades", "The claim was settled"),
    "payment.repayment_noted": ("Återbetalning noterades", "A repayment was noted"),
    "payment.repayment_taken_back": (
        "Noterad återbetalning togs tillbaka",
        "A noted repayment was taken back",
    ),
    "order.placed": ("Ordern lades", "The order was placed"),
    "placement.decided": ("Beslut om placering", "A placement was decided"),
    "report.filed": ("Redovisning lämnades", "A report was filed"),
    "report.approved": ("Redovisning godkändes", "A report was approved"),
    "report.rejected": ("Redovisning avslogs", "A report was rejected"),
    "receipt.made": ("Levererades in", "Was received"),
    "receipt.replaced": ("Inleveransen ersattes", "The receipt was replaced"),
    "interruption.set": ("Avbrott registrerades", "An interruption was registered"),
    "register.loaded": ("Registret lästes in", "The register was loaded"),
    "policy.made": ("Nya regler sparades", "A new policy was saved"),
    "policy.in_force": ("Nya regler började gälla", "A new policy came into force"),
    "policy.withdrawn": ("Regler togs tillbaka", "A policy was withdrawn"),
    "limit.set": ("Beloppsgräns sattes", "A limit was set"),
    "audit.exported": ("Ärendet lämnades ut som ZIP", "The case was handed out as a ZIP"),
    "hold.placed": ("Bevarandekrav lades", "A legal hold was placed"),
    "hold.lifted": ("Bevarandekravet hävdes", "The legal hold was lifted"),
    "disposal.proposed": ("Gallring föreslogs", "A disposal was proposed"),
    "disposal.done": ("Gallring utfördes", "A disposal was carried out"),
    "account.codes_forgotten": ("Återställningskoder glömdes", "Recovery codes were forgotten"),
    "account.ended": ("Kontot avslutades", "The account was ended"),
    "account.identity_tied": ("En identitet knöts till kontot", "An identity was tied to the account"),
    "account.invited_again": ("Inbjudan sändes igen", "The invitation was sent again"),
    "account.password_changed": ("Lösenordet byttes", "The password was changed"),
    "account.recovery_code_used": ("En återställningskod användes", "A recovery code was used"),
    "account.second_step": ("Det andra steget ändrades", "The second step was changed"),
    "account.signed_in": ("Loggade in", "Signed in"),
    "account.signed_out_everywhere": ("Loggades ut överallt", "Was signed out everywhere"),
    "answer.seen": ("Ett svar sågs", "An answer was seen"),
    "application.made": ("En ansökan lämnades", "An application was made"),
    "attest.dropped": ("Attesten föll", "The attest was dropped"),
    "attest.given": ("Attesterades", "Was attested"),
    "bank.handled": ("Bankens rad avgjordes", "The bank's row was dealt with"),
    "bank.read": ("Bankens fil lästes in", "The bank's file was read"),
    "bench.asked": ("Prov av filer begärdes", "A trial of files was asked for"),
    "bench.confirmed": ("Provet godkändes", "The trial was confirmed"),
    "bench.sent_back": ("Provet sändes tillbaka", "The trial was sent back"),
    "bench.tried": ("En fil provades", "A file was tried"),
    "change.asked": ("En ändring begärdes", "A change was asked for"),
    "change.confirmed": ("Ändringen bekräftades av två", "The change was confirmed by two"),
    "change.first_confirmed": (
        "Ändringen bekräftades av en första",
        "The change was confirmed by a first person",
    ),
    "change.refused": ("Ändringen avslogs", "The change was refused"),
    "change.withdrawn": ("Ändringen drogs tillbaka", "The change was withdrawn"),
    "disposal.withdrawn": ("Gallringen drogs tillbaka", "The disposal was withdrawn"),
    "file.made": ("En fil gjordes", "A file was made"),
    "job.again": ("Ett jobb togs om", "A job was taken up again"),
    "job.given_up": ("Ett jobb gavs upp", "A job was given up"),
    "ledger.accrued": ("Upplupet bokfördes", "The accrual was booked"),
    "ledger.booked": ("Bokfördes", "Was booked"),
    "letter.answered": ("Meddelandet besvarades", "The message was answered"),
    "letter.failed": ("Meddelandet kunde inte hanteras", "The message could not be handled"),
    "letter.replayed": ("Meddelandet lästes igen", "The message was read again"),
    "letter.unanswerable": ("Meddelandet kunde inte besvaras", "The message could not be answered"),
    "outcome.approved": ("Ett resultat godkändes", "A result was approved"),
    "outcome.earns_nothing": ("Resultatet ger ingen ersättning", "The result earns nothing"),
    "outcome.ended": ("Resultatet upphörde", "The result ended"),
    "payment.confirmed": ("Förslaget är betalt", "The proposal is paid"),
    "payment.exported": ("Filen till banken gjordes", "The file to the bank was made"),
    "payment.proposed": ("Betalningsförslag gjordes", "A payment proposal was made"),
    "payment.returned": ("Betalningen kom tillbaka", "The payment came back"),
    "payment.taken_out": ("Raden togs ut ur förslaget", "The row was taken out of the proposal"),
    "payment.withdrawn": ("Förslaget återtogs", "The proposal was withdrawn"),
    "placement.cancelled": ("Placeringen ställdes in", "The placement was cancelled"),
    "placement.period_two": ("Period två beslutades", "Period two was decided"),
    "placement.provider_changed": ("Bytte leverantör", "Changed supplier"),
    "portal.made": ("Gjordes i portalen", "Was made in the portal"),
    "portal.released": ("Lämnade portalen", "Left the portal"),
    "portal.stopped": ("Stoppades i portalen", "Was stopped in the portal"),
    "portal.undone": ("Ångrades i portalen", "Was undone in the portal"),
    "protected.marked": ("Hanteras som skyddad", "Is handled as protected"),
    "result.dropped": ("Planerad resultatorder utgick", "A planned result order was dropped"),
    "right.ended": ("Attesträtten upphörde", "The right to attest ended"),
    "right.given": ("Attesträtt gavs", "A right to attest was given"),
    "series.chosen": ("Nummerserie valdes", "A number series was chosen"),
    "supplement.approved": ("Ett tillägg godkändes", "A supplement was approved"),
    "tutor.assigned": ("Handledare utsågs", "A tutor was assigned"),
    "upload.taken_in": ("En uppladdad fil togs in", "An uploaded file was taken in"),
}


def action_name(action: str) -> Pair:
    """What a journal row tells, in words; an action without words of its own as it is written."""
    if action in _ACTIONS:
        return _ACTIONS[action]
    area, _, kind = action.partition(".")
    if area == "desk" and kind.upper() in Action.__members__:
        return name_of(Action(kind.upper()))
    return action, action


def details(text: str) -> Sequence[tuple[str, str]]:
    """What a row says besides, as (name, value) in the journal's own words; what is empty is left out."""
    return [(key.replace("_", " "), str(value)) for key, value in json.loads(text).items() if value != ""]
