"""The rules of Peppol's ordering and response documents."""
