"""What stands beside these tests and is no module of theirs: the vendor's program imports the client made in them."""

collect_ignore = ["vendor.py"]
