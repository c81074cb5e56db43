"""Pages of what suppliers owe us: the claims, the letters about them, and the rate their interest follows."""
