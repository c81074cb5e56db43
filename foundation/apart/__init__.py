"""Work in processes of their own, each within limits of time and memory."""
