"""What a supplier's own system reads and does up to the invoice: placements, reports, receipts, objections, lines."""
