"""What people write: cleaned, read, compared and put in order."""
