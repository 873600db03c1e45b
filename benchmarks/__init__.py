"""Measured page costs; ratios are what to believe."""
