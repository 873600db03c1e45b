"""The clock, the working calendar, the periods of the law, and the deadlines running on a record."""
