"""Departments, people, competences, regions, settings, the working calendar and who may do what."""
