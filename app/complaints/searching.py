"""Finding complaints: by their own text and people, by customer and product, by phone where phones may be seen."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.record import finding
from app.core.record.finder import Finder
from app.core.record.ways import Text, Through
from app.core.rights.current import current_rights
from app.customers.searching import PRODUCTS, ways_of_customer

from .models import Complaint


def ways(word: str) -> Iterator[Text | Through]:
    """A word in the complaint, its customer or its product."""
    yield from finding.ways(word, current_rights().may("see_contact", "Complaint"))
    yield Through(Complaint.customer_id, ways_of_customer(word))
    yield Through(Complaint.product_id, PRODUCTS.ways(word))


COMPLAINTS = Finder(Complaint, ways)
