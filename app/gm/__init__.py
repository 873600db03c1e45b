"""Chapter 2 §4.4: what the general manager must know at once, and decides."""

TABLES = ("models",)  # where they are declared
