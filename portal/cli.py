"""`nqms`: serve the portal, try it with demo data, keep the database, do the slow work."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import click

from . import create_app
from .foundation.database import db
from .rulebooks.commands import rules


def main() -> None:
    """Run the command line."""
    commands(prog_name="nqms")


@click.group()
def commands() -> None:
    """NQMS Portal."""


@commands.command()
@click.option("--port", default=8000, show_default=True, help="Port on 127.0.0.1.")
@click.option("--data", type=click.Path(path_type=Path), default=None, help="Folder for the demo's database.")
def demo(port: int, data: Path | None) -> None:
    """Fill a demo with made-up programs and serve it on this machine only."""
    folder = (data or Path(os.environ.get("NQMS_DATA", "instance")) / "demo").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    address = f"http://127.0.0.1:{port}"
    os.environ.update(NQMS_DEMO="yes", NQMS_DATA=str(folder), NQMS_BASE_URL=address)
    os.environ.pop("DATABASE_URL", None)
    app = create_app()
    from .demo.queries import is_seeded
    from .foundation.migrate import upgrade

    with app.app_context():
        upgrade()
        if not is_seeded():
            from .demo.seed import seed  # slow to import, and needed once

            seed()
        db.engine.dispose()  # no connection may be shared with the processes that follow
    click.echo(f"NQMS Portal demo: {address}  (stop with Ctrl+C)")
    _serve("127.0.0.1", port)


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Bring the database up to date, then serve with the worker beside."""
    app = create_app()
    if app.config["DEMO"] and host not in ("127.0.0.1", "::1", "localhost"):
        raise click.ClickException("Demo mode signs anybody in, so it listens on this machine only.")
    from .foundation.migrate import upgrade

    with app.app_context():
        upgrade()
        db.engine.dispose()  # as above
    _serve(host, port)


def _serve(host: str, port: int) -> None:
    """Run gunicorn and one worker, forked from here because the portal is loaded; when one ends, so does the other."""
    processes = multiprocessing.get_context("fork")
    children = [processes.Process(target=_web, args=(host, port)), processes.Process(target=_work)]
    for child in children:
        child.start()

    asked = False

    def stop(*_: Any) -> None:
        nonlocal asked
        asked = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not asked and all(child.is_alive() for child in children):
        time.sleep(0.3)
    for child in children:
        child.terminate()
    for child in children:
        child.join()
    sys.exit(0 if asked else 1)  # one that ended by itself: whoever watches over us starts both again


def _web(host: str, port: int) -> None:
    from gunicorn.app.wsgiapp import WSGIApplication

    sys.argv = ["gunicorn", "portal.foundation.server:app", "--bind", f"{host}:{port}",
                "--workers", os.environ.get("NQMS_WEB_WORKERS", "2"), "--threads", "4", "--worker-class", "gthread",
                "--preload", "--timeout", "60", "--max-requests", "5000", "--max-requests-jitter", "500",
                "--log-level", "warning"]  # fmt: skip
    WSGIApplication(prog="gunicorn").run()


@commands.command()
@click.option("--once", is_flag=True, help="Do what is due, then stop; for cron.")
def worker(once: bool) -> None:
    """Send mail and reminders, and make documents."""
    _work(once)


def _work(once: bool = False) -> None:
    app = create_app()
    from .accounts.services import prune
    from .assessments.judging import judge_again
    from .evidence.cleaning import prune as prune_evidence
    from .followup.renewing import invite_due
    from .foundation import documents, jobs, mail, pdf
    from .letters import daily
    from .recognition.daily import take_due_steps
    from .requests.services.registrations import forget_unconfirmed
    from .rulebooks import checking, running

    pdf.register()
    checking.register()
    running.register()
    going, pruned, judged, stepped, reminded = True, 0.0, 0.0, 0.0, 0.0

    def stop(*_: Any) -> None:
        nonlocal going
        going = False

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while going:
        with app.app_context():
            busy = jobs.run_next()
            if daily.is_due() or time.monotonic() - reminded > 600 or not reminded:
                jobs.attempt("the mail of the day", daily.run)
                reminded = time.monotonic()
            busy = bool(mail.deliver_due()) or busy
            if time.monotonic() - judged > 60 or not judged:
                jobs.attempt("judging", judge_again)
                judged = time.monotonic()
            if time.monotonic() - stepped > 600 or not stepped:
                jobs.attempt("the recognitions", take_due_steps)
                stepped = time.monotonic()
            if time.monotonic() - pruned > 3600 or not pruned:
                for step in (prune, prune_evidence, forget_unconfirmed, invite_due, documents.forget_old):
                    jobs.attempt(f"{step.__module__}.{step.__name__}", step)
                pruned = time.monotonic()
        if once and not busy:
            break
        if not busy:
            time.sleep(0.5)


@commands.command()
def migrate() -> None:
    """Bring the database to the newest table layout."""
    from .foundation.migrate import upgrade

    with create_app().app_context():
        upgrade()


@commands.command("add-partnership")
@click.argument("key")
@click.argument("name")
@click.option("--plugin", "plugins", multiple=True, help="Rule plugin, in order; none means the national rules.")
@click.option("--admin-name", required=True)
@click.option("--admin-email", required=True)
def add_partnership(key: str, name: str, plugins: tuple[str, ...], admin_name: str, admin_email: str) -> None:
    """Add a partnership and invite its first administrator; the link is printed and mailed."""
    from .foundation.errors import DomainError
    from .partnerships.services import add

    app = create_app()
    with app.app_context():
        try:
            link = add(key, name, plugins, admin_name, admin_email, app.config["BASE_URL"])
        except (DomainError, LookupError) as refusal:
            raise click.ClickException(str(refusal)) from None
    click.echo(f"{name} is ready. {admin_name} starts here, once, within 14 days:\n{link}")


commands.add_command(rules)

if __name__ == "__main__":
    main()
