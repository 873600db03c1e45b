"""The same complaints in an unchanged Flask-AppBuilder: what the portal is compared with."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask_appbuilder import AppBuilder, Model, ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db

PASSWORD = "Bench-Password-2026!"


class StockCustomer(Model):
    __tablename__ = "stock_customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))

    def __repr__(self) -> str:
        return self.name


class StockComplaint(Model):
    __tablename__ = "stock_complaint"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(32), index=True)
    description: Mapped[str] = mapped_column(Text)
    customer_id: Mapped[int] = mapped_column(ForeignKey("stock_customer.id"))
    received_at: Mapped[datetime]
    customer: Mapped[StockCustomer] = relationship()


class StockView(ModelView):
    """As FAB's own quick start has it."""

    datamodel = SQLAInterface(StockComplaint)
    list_columns = ["number", "customer", "title", "state", "received_at"]
    base_order = ("id", "desc")


def stock_app(folder: Path, complaints: int, customers: int) -> Flask:
    """An application of its own on its own database with the same number of rows."""
    app = Flask("stock")
    app.config.update(
        SECRET_KEY="bench" * 8,
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'stock.db'}",
        WTF_CSRF_ENABLED=False,
        AUTH_TYPE=1,
        TESTING=True,
    )
    db.init_app(app)
    with app.app_context():
        builder = AppBuilder(app, db.session)
        builder.add_view(StockView, "Complaints")
        builder.sm.add_user("bench", "B", "B", "b@example.com", builder.sm.find_role("Admin"), PASSWORD)
        db.session.execute(sa.insert(StockCustomer), [{"name": f"示例顾客{n:06d}有限公司"} for n in range(customers)])
        states = ("received", "at_qc", "assigned", "closed")
        db.session.execute(
            sa.insert(StockComplaint),
            [
                {
                    "number": f"TS-{n:07d}",
                    "title": f"主轴异响 {n}",
                    "state": states[n % 4],
                    "description": "主轴高速运转异响",
                    "customer_id": n % customers + 1,
                    "received_at": datetime(2026, 11, 24),
                }
                for n in range(complaints)
            ],
        )
        db.session.commit()
    return app
