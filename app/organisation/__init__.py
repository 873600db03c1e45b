"""Departments, people, competences, regions, settings, the working calendar and who may do what."""

TABLES = ("models",)  # where they are declared
