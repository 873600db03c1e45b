"""A million complaints: told once for every form by the real steps, then told again with other names and days."""

from .laying import A_CUSTOMER, COMPLAINTS, lay

__all__ = ["A_CUSTOMER", "COMPLAINTS", "lay"]
