"""How a kind of record is declared: its facts, what its steps ask, and everything that follows from it."""
