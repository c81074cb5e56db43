"""The basis for what a state authority requisitions of input VAT, month by month."""
