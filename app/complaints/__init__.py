"""Chapter 2 §2: customer complaints, from the reception's first note to the closed record."""

TABLES = ("models", "opinions", "services", "charges", "consultation")  # where they are declared
