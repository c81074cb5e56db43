"""From accepted invoice to paid: payables, proposals, attestation, export, bank reports and claims."""
