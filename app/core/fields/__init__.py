"""Form fields and forms: one declaration for dialog, validation and REST schema."""
