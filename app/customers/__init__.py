"""Customers with their contacts, products with their units."""
