"""How the two engines are reached and opened: the address, what stands between, and what each connection is told."""
