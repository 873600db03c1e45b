"""How a record moves: the table, the order of refusals, whose turn it is, who else is awaited."""
