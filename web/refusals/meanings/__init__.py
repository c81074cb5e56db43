"""What each code of a problem means and what to do about it, in one or two sentences that hold whenever it comes."""
