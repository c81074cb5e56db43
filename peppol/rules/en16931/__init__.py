"""The rules of the European standard EN 16931 in UBL."""
