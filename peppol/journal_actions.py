"""What the journal says of messages and access points."""

from foundation.journal_entries import JournalAction, SubjectKind


class MessageAction(JournalAction):
    """What has become of a message, one of ours or one to us."""

    # Ours.
    SENT = "letter.sent"  # an order: the access point has it
    DELIVERED = "letter.delivered"
    REJECTED = "letter.rejected"
    STUCK = "letter.stuck"
    IN_PORTAL = "letter.in_portal"
    RESENT = "letter.resent"
    # To us.
    ANSWERED = "letter.answered"
    UNANSWERABLE = "letter.unanswerable"  # no valid answer to it could be written: it is owed
    ANSWER_TRIED = "letter.answer_tried"  # a person had it written again
    ANSWER_LAID_ASIDE = "letter.answer_laid_aside"  # a person has decided that none is needed
    FAILED = "letter.failed"
    REPLAYED = "letter.replayed"
    LAID_ASIDE = "letter.laid_aside"
    # What lies at an access point and could not be fetched.
    FETCH_AGAIN = "arrival.fetch_again"
    LEFT_THERE = "arrival.left_there"


class AccessPointAction(JournalAction):
    """What has become of an access point."""

    UNREACHABLE = "access_point.unreachable"
    REACHED = "access_point.reached"


class DirectoryAction(JournalAction):
    """What has become of the trust in the network's directory."""

    DOUBTED = "directory.doubted"  # its no is not believed: messages wait
    TRUSTED = "directory.trusted"
    BELIEVED = "directory.believed"  # a person says that its no is right


class ExchangeSubject(SubjectKind):
    """A message, an access point, or the directory."""

    # By the sequence of one of ours that the exchange tells of or that is sent again,
    # and by the number of one to us that failed or was answered as a message.
    MESSAGE = "letter"
    MESSAGE_OUT = "letter out"
    MESSAGE_IN = "letter in"
    MESSAGE_REPLAYED = "inbound message"
    ACCESS_POINT = "access point"
    DIRECTORY = "directory"
    ARRIVAL = "arrival"
