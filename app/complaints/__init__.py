"""Chapter 2 §2: customer complaints, from the reception's first note to the closed record."""
