"""What every line of business shares. Knows no domain."""
