"""Deterministic demo data: a company that has worked by its regulation for some weeks."""

from .loading import load

__all__ = ["load"]
