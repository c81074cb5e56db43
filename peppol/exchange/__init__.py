"""Messages in and out: outbox, inbox, receiver queues, sending, receiving and status polling."""
