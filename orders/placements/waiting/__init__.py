"""What waits for somebody who looks at it: reports just filed, months without a receipt, events kept aside."""
