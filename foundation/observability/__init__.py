"""What ties together what is done for one request or one run: its id, and its spans."""
