"""A simulated house: the real code of every process under one seed, with crashes, repeats, delays and reordering."""
