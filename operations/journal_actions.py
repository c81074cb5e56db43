"""What the journal says of jobs, alarms, the feed, webhooks and the installation's buyers."""

from foundation.journal_entries import JournalAction, SubjectKind


class OperationsAction(JournalAction):
    """What happens to the work that runs by itself, and to those it runs for."""

    ALARM_RAISED = "alarm.raised"
    MAIL_AGAIN = "mail.again"
    JOB_GIVEN_UP = "job.given_up"
    JOB_AGAIN = "job.again"
    TASK_ASKED = "task.asked"
    TASK_AGAIN = "task.again"
    TASK_STOPPED = "task.stopped"
    BUYER_ADDED = "buyer.added"
    BUYER_CHANGED = "buyer.changed"
    BUYER_CLOSED = "buyer.closed"
    BUYER_REOPENED = "buyer.reopened"
    BOOKS_GONE_THROUGH = "books.gone_through"  # what came after the backup was looked for outside
    BOOKS_RELEASED = "books.released"  # and the books are open again
    FEED_DISPOSED = "feed.disposed"  # events that left long ago are no longer kept


class WebhookAction(JournalAction):
    """What happens to webhooks, and is done with them."""

    MADE = "webhook.made"
    CHANGED = "webhook.changed"
    SECRET_MADE = "webhook.secret_made"  # noqa: S105 - a word, no secret
    SECRET_ENDED = "webhook.secret_ended"  # noqa: S105 - likewise
    TESTED = "webhook.tested"
    REDELIVERED = "webhook.redelivered"
    DISABLED = "webhook.disabled"
    ENABLED = "webhook.enabled"
    ENDED = "webhook.ended"
    MISSED = "webhook.missed"  # what it had not been told was no longer kept


class OperationsSubject(SubjectKind):
    """What rows of operations are about, by their names."""

    ALARM = "alarm"
    MAIL = "mail"
    JOB = "job"
    TASK = "task"
    BUYER = "buyer"
    FEED = "feed"
    BOOKS = "books"
    WEBHOOK = "webhook"
