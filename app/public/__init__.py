"""The customer's pages: tracking and one act by link, without a login (2.5)."""
