"""Payment control (betalningskontroll): what is looked at before a payment leaves, and what a person lets through."""
