"""Real access points: the published parts of a Peppol network on this machine, and our product between them."""
