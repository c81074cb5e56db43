"""What is carried forward as a cost at the end of a month: delivered by then, and in no voucher."""
