"""Changes that suppliers ask for of the register, confirmed by two people."""
