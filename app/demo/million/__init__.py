"""A million complaints: told once for every form by the real steps, then told again with other names and days."""

from .laying import lay

__all__ = ["lay"]
