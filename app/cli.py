"""The `portal` command: what an operator needs, by the names of the contract."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import FlaskGroup

from app.core.kind.registry import Undeclared

from . import create_app

MOST_FAULTS = 100  # are named, each in a line of its own


def _app() -> Flask:
    try:
        return create_app()
    except Undeclared as error:
        raise click.ClickException(str(error)) from error


@click.group(cls=FlaskGroup, create_app=_app, add_default_commands=False, help="The after-sales portal.")
def main() -> None:
    """Entry point of the console script."""
    os.umask(0o077)  # what the portal writes is for its own eyes


@main.command()
def init() -> None:
    """Migrate to head and seed what is missing; safe to run again and several at once."""
    from .setup import initialise

    initialise()
    click.echo("The portal is ready.")


@main.command()
@click.option("--size", type=click.Choice(["small", "full", "million"]), default="small", show_default=True)
@click.option("--password", help="The password of every demo user; else one is made up and printed.")
@click.option(
    "--complaints", type=click.IntRange(100), default=1_000_000, show_default=True, help="Of the size million."
)
def demo(size: str, password: str | None, complaints: int) -> None:
    """Load deterministic demo data; refuses a database with real users."""
    from app.core import statistics

    from .demo import load
    from .extensions import db

    try:
        for line in load(password, size, complaints):
            click.echo(line)
        statistics.refresh(db.engine)
    except ValueError as error:
        raise click.ClickException(str(error)) from error


@main.command(with_appcontext=False)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--no-worker", is_flag=True, help="Serve pages only; the engine runs elsewhere (portal worker).")
def serve(host: str, port: int, workers: int, no_worker: bool) -> None:
    """Web server and engine together."""
    from .server import serve as run

    run(host, port, workers, engine=not no_worker)


@main.command()
@click.option("--engine", type=click.Choice(["embedded"]), default="embedded", show_default=True)
@click.option("--once", is_flag=True, help="Do what is due now and exit.")
@click.option("--beside", type=int, hidden=True, help="The server's process: without it this one ends.")
@click.option("--again", is_flag=True, hidden=True, help="The one before has died.")
def worker(engine: str, once: bool, beside: int | None, again: bool) -> None:
    """The engine alone: mails that are owed, deadlines, seals."""
    from flask import current_app

    from .notifications.engine import run_engine, run_once

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    run_once(app) if once else run_engine(app, beside, died=again)


@main.command("create-admin")
@click.option("--username", prompt=True)
@click.option("--email", prompt=True)
@click.password_option()
def create_admin(username: str, email: str, password: str) -> None:
    """The first administrator; the password obeys the policy."""
    from .setup import add_administrator

    try:
        add_administrator(username, email, password)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{username} may sign in now.")


@main.command()
def check() -> None:
    """Database, migrations, mail, fonts, pango, catalogues, folders, keys: exit 1 with sentences."""
    from .health import problems

    found = list(problems())
    for sentence in found:
        click.echo(sentence, err=True)
    if found:
        sys.exit(1)
    click.echo("Everything is in order.")


@main.group()
def calendar() -> None:
    """The working calendar."""


@calendar.command("import")
@click.argument("year", type=click.IntRange(2000, 2100))
def import_calendar(year: int) -> None:
    """Bring in the official days of a year; running deadlines that were provisional are computed again."""
    from .setup import import_calendar_year

    click.echo(import_calendar_year(year))


@main.group()
def regions() -> None:
    """The administrative regions."""


@regions.command("import")
def import_regions() -> None:
    """Bring in provinces, cities and counties; remote flags an administrator has set stay."""
    _committed("organisation.regions", "import_regions")
    click.echo("The regions are up to date.")


@main.group()
def tally() -> None:
    """The sums that are kept."""


@tally.command("rebuild")
def rebuild_tally() -> None:
    """Count all cases anew from the rows; figures stay right meanwhile, and cost more."""
    from app.core.tally import folding

    from .extensions import db

    _committed("core.tally.folding", "forget")
    folding.fold_all(db.session)
    click.echo("All sums are kept anew.")


@main.group()
def audit() -> None:
    """The history's proof."""


@audit.command("verify")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Of the sentences; else the terminal's.")
def verify_audit(language: str | None) -> None:
    """Walk the hash chains, the records and their files; exit 1 and what is broken, one a line."""
    from flask_babel import force_locale, ngettext

    from app.core.record.audit import faults
    from app.core.text.wording import gettext as _

    from .extensions import db

    with force_locale(language or _of_the_terminal()):
        found = 0
        for found, fault in enumerate(faults(db.session), 1):
            if found <= MOST_FAULTS:
                click.echo(fault, err=True)
        if found > MOST_FAULTS:
            click.echo(_("… and %(n)s more.", n=found - MOST_FAULTS), err=True)
        if found:
            click.echo(ngettext("%(num)s fault.", "%(num)s faults.", found), err=True)
            sys.exit(1)
        click.echo(_("The history is whole."))


def _of_the_terminal() -> str:
    """Chinese where the terminal is Chinese, else English."""
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh" if spoken.startswith("zh") else "en"


@main.command()
@click.argument("name", required=False)
def workflow(name: str | None) -> None:
    """Print a process as a table and a diagram (Mermaid)."""
    from app.core.process.workflow import WORKFLOWS

    from .describe import describe

    if name and name not in WORKFLOWS:
        raise click.ClickException(f"There is no process {name}: choose one of {', '.join(WORKFLOWS)}.")
    for each in [WORKFLOWS[name]] if name else WORKFLOWS.values():
        click.echo(describe(each))


def _committed(module: str, function: str) -> Any:
    """Run one function of the portal on the session and commit."""
    from importlib import import_module

    from .extensions import db

    work: Callable[[Any], Any] = getattr(import_module(f"app.{module}"), function)
    result = work(db.session)
    db.session.commit()
    return result


def instance_file(name: str) -> Path:
    """A file in the data folder of the running portal."""
    from flask import current_app

    return Path(current_app.config["DATA_DIR"]) / name


@main.command()
def logins() -> None:
    """Show the demo logins again, where this portal has them."""
    from .demo.staff import PEOPLE

    password = instance_file("demo-password")
    if not password.exists():
        return
    for login, *_names, _department, _functions, position in PEOPLE:
        click.echo(f"  {login:<20} {position}")
    click.echo(f"  password: {password.read_text()}")
