"""What makes committed files anew; nothing of it runs in the portal."""
