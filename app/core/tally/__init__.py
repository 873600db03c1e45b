"""Kept sums: how many cases of a period there were, without reading them again."""
