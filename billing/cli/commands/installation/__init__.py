"""Commands about the installation itself: who it serves."""
