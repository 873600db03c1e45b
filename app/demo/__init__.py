"""Deterministic demo data: a company that has worked by its regulation for some weeks."""

from .story import load

__all__ = ["load"]
