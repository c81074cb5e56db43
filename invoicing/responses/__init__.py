"""Invoice Responses that we send, and the peers' answers that we receive."""
