"""The documents of help that are written from the program."""
