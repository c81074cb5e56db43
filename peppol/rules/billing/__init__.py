"""The rules of Peppol BIS Billing 3, with those of each country."""
