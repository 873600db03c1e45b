"""The customers of the million, with their people and machines: all made up from the customer's number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import Session

from app.core.model import Model, table_of
from app.core.text.reading import readings
from app.core.time import clock
from app.customers.models import Contact, Customer, Product, ProductCategory, ProductUnit
from app.customers.names import initials_of_all
from app.demo.full import FAMILIES, STREETS, TRADES
from app.organisation import regions
from app.organisation.codes import Zone
from app.organisation.models import Region

from .values import Caller

Facts = dict[str, object]  # of one row, by column
BATCH = 1_000
SYLLABLES = "恒达信诚兴隆瑞丰华泰永昌德盛宏远金鹏天宇海川新锐中联东方"
TITLES = ("经理", "工", "主任", "女士", "先生")
MACHINES = ("加工中心", "数控车床", "磨床", "离心泵", "计量泵", "球阀", "截止阀", "电控柜", "变频柜", "输送线")
ENGLISH = ("Machining centre", "CNC lathe", "Grinder", "Centrifugal pump", "Metering pump", "Ball valve", "Globe valve",
           "Control cabinet", "Inverter cabinet", "Conveyor")  # fmt: skip
PRODUCTS, SOLD_BY, SECOND = 240, 13, 4  # every so manieth customer has a salesperson of its own, a second contact
ZONES = (Zone.in_province,) * 6 + (Zone.out_province,) * 3 + (Zone.remote,)  # by the last digit of the number
MIXED = 2_654_435_761  # spreads numbers (Knuth)


class Crowd:
    """So many customers; each is known by its number."""

    def __init__(self, session: Session, size: int) -> None:
        self.size = max(size, len(ZONES))
        self.places = _places(session)
        self.first = {model: _next(session, model) for model in (Customer, Contact, Product, ProductUnit)}
        self.sellers = session.scalars(sa.select(User.id).where(User.username == "sales")).all()
        self.today = clock.today()

    def pick(self, random: Random, zone: Zone) -> Caller:
        """Somebody who calls: few customers call often."""
        number = int((self.size // len(ZONES)) * random.random() ** 3) * len(ZONES)
        return self.caller(number + random.choice([digit for digit, each in enumerate(ZONES) if each is zone]))

    def caller(self, number: int) -> Caller:
        adcode, place = self._place(number)
        made = self._product(number)
        return Caller(
            id=self.first[Customer] + number,
            name=self._name(number, place),
            region=adcode,
            address=f"{STREETS[number % len(STREETS)]} {number % 300 + 1} 号",
            contact=FAMILIES[number * 7 % len(FAMILIES)] + TITLES[number % len(TITLES)],
            phone=f"199{10_000_000 + number:08d}",
            email=f"m{number}@example.com",
            product_id=self.first[Product] + made,
            product=_model(made),
            serial=f"{_model(made)}-{number:06d}",
        )

    def _place(self, number: int) -> tuple[str, str]:
        there = self.places[ZONES[number % len(ZONES)]]
        return there[number * MIXED % 4_294_967_296 % len(there)]

    def _name(self, number: int, place: str) -> str:
        first, rest = number % len(SYLLABLES), number // len(SYLLABLES)
        return f"{place[:2]}{SYLLABLES[first]}{SYLLABLES[rest % len(SYLLABLES)]}{TRADES[rest % len(TRADES)]}有限公司"

    def _product(self, number: int) -> int:
        share = (number * MIXED % 4_294_967_296) / 4_294_967_296
        return int(PRODUCTS * share * share)

    # ---- into the database

    def make_products(self, session: Session) -> None:
        """What the machines are of; found like any other. The caller commits."""
        session.execute(sa.insert(Product), self._products(session))

    def parts(self) -> Iterator[range]:
        """The numbers of all customers, some at a time."""
        return (range(first, min(first + BATCH, self.size)) for first in range(0, self.size, BATCH))

    def rows(self, numbers: range) -> dict[type[Model], list[Facts]]:
        """Some customers with their people and machines."""
        callers = [(number, self.caller(number)) for number in numbers]
        return {
            Customer: self._customers(callers),
            Contact: self._contacts(callers),
            ProductUnit: self._units(callers),
        }

    def _products(self, session: Session) -> list[Facts]:
        kinds = session.scalars(sa.select(ProductCategory.id).order_by(ProductCategory.id)).all()
        return [
            {
                "id": self.first[Product] + number,
                "model": _model(number),
                "name_zh": MACHINES[number % len(MACHINES)],
                "name_en": ENGLISH[number % len(ENGLISH)],
                "category_id": kinds[number % len(kinds)],
                "warranty_months": 12,
            }
            for number in range(PRODUCTS)
        ]

    def _customers(self, callers: list[tuple[int, Caller]]) -> list[Facts]:
        names = [caller.name for _number, caller in callers]
        ways = zip(callers, readings(names), initials_of_all(names), strict=True)
        return [
            {
                "id": caller.id,
                "name": caller.name,
                "reading": read,
                "pinyin": letters,
                "kind": "enterprise",
                "level": "normal" if number % 20 else "key",
                "line": "mf",
                "region_code": caller.region,
                "address": caller.address,
                "phone": caller.phone,
                "email": caller.email,
                "language": "zh",
                "sales_owner_id": self.sellers[0] if self.sellers and number % SOLD_BY == 0 else None,
            }
            for (number, caller), read, letters in ways
        ]

    def _contacts(self, callers: list[tuple[int, Caller]]) -> list[Facts]:
        """Whoever signs; every fourth customer has one more."""
        return [
            {
                "id": self.first[Contact] + 2 * number + place,
                "customer_id": caller.id,
                "name": name,
                "mobile": f"{start}{10_000_000 + number:08d}",
                "is_signatory": place == 0,
            }
            for number, caller in callers
            for place, (name, start) in enumerate(self._people(number, caller))
        ]

    def _people(self, number: int, caller: Caller) -> list[tuple[str, str]]:
        """Names and how their numbers begin."""
        second = [(FAMILIES[number * 5 % len(FAMILIES)] + "师傅", "197")]
        return [(caller.contact, "198"), *(second if number % SECOND == 0 else [])]

    def _units(self, callers: list[tuple[int, Caller]]) -> list[Facts]:
        return [
            {
                "id": self.first[ProductUnit] + number,
                "product_id": caller.product_id,
                "customer_id": caller.id,
                "serial_no": caller.serial,
                "batch_no": f"M{number % 400:03d}",
                "made_on": (made := self._made_on(number)),
                "shipped_on": made + timedelta(days=10 + number % 50),
            }
            for number, caller in callers
        ]

    def _made_on(self, number: int) -> date:
        return self.today - timedelta(days=200 + number % 400 * 3)


def _model(number: int) -> str:
    return f"M{number % len(MACHINES)}{1000 + number}"


def _next(session: Session, model: type[Model]) -> int:
    return (session.scalar(sa.select(sa.func.max(table_of(model).c.id))) or 0) + 1


def _places(session: Session) -> dict[Zone, list[tuple[str, str]]]:
    """Counties by how far they are."""
    found: dict[Zone, list[tuple[str, str]]] = {zone: [] for zone in Zone}
    for region in session.scalars(sa.select(Region).where(Region.is_leaf).order_by(Region.adcode)):
        found[regions.zone_of(region)].append((region.adcode, region.name))
    return found
