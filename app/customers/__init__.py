"""Customers with their contacts, products with their units."""

TABLES = ("models", "searching")  # where they are declared
