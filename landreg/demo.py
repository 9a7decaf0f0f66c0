"""The main job on the sample: package, checks, cases, notice, registration, certificates, proof. Resumable at any point.

Only on a database that carries the demo marker, whose clock it moves past the notice; all it prints bears 样本 SAMPLE.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg
from rich.console import Console
from sqlalchemy import text

from landreg import (
    demo_bids,
    demo_collective,
    demo_contracts,
    demo_exits,
    demo_heard,
    demo_kinds,
    demo_market,
    demo_own,
    demo_parcels,
    demo_renewals,
    demo_sealed,
    demo_survey,
    demo_waiting,
    demo_year,
    keys,
    migrate,
)
from landreg.access.queries import real_clock
from landreg.access.service import SYSTEM
from landreg.config import CHECKOUT, Settings
from landreg.core.actor import WORKER, Actor, Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, Refused
from landreg.demo_clock import pass_days, to_office_hours
from landreg.demo_staff import COUNTY, accounts, say_where
from landreg.demo_steps import Steps, bars
from landreg.log.store import seal
from landreg.registry import lapses
from landreg.registry.documents import Store
from landreg.registry.issued import certificates
from landreg.registry.papers.signing import printers_kept

DAYS_AGO = 395 + 31 * demo_market.ALONE
QUARTER = 3
SEEDED = frozenset({"first", "year", "households", "waiting", "sealed", "heard"})
"""The steps of the seeding, each remembered in `system.demo` once it is done."""


def run(settings: Settings, console: Console) -> None:
    """Do what is not done yet, showing each step. Raises Refused (DEMO-1) on a database that is not one of demonstration."""
    began = time.monotonic()
    _mark(settings)
    with bars(console) as steps, printers_kept():
        _seed(steps, settings)
    prove(settings, console)
    _goodbye(settings, console, time.monotonic() - began)


def _seed(steps: Steps, settings: Settings) -> None:
    """Take each step that the database does not remember. One that is done is never looked into again: whose cases stand there
    since, a step could not tell, and it would act on them in the officers' names.
    """
    done = _remembered(settings)
    if done >= SEEDED:
        return
    staff = accounts(settings)
    kept = settings.home / "demo-accounts.json"
    market = demo_market.Market(_office(settings, staff), staff["operator"], staff["opener"])
    parts: dict[str, Callable[[], object]] = {
        "first": lambda: demo_survey.first(steps, settings, staff),
        "year": lambda: _years(steps, settings, staff, market),
        "households": lambda: demo_own.households_apply(staff["registrar"], kept),
        "waiting": lambda: demo_waiting.begin(market, kept),
        "sealed": lambda: demo_sealed.begin(market, kept),
        "heard": lambda: demo_heard.begin(staff["registrar"], staff["auditor"], COUNTY),
    }
    for name, part in parts.items():
        if name not in done:
            part()
            _remember(settings, name)
    seal(WORKER, settings)


def _remembered(settings: Settings) -> frozenset[str]:
    with psycopg.connect(migrate.plain_url(settings.urls[Desk.OWNER]), autocommit=True) as owner:
        row = owner.execute("SELECT seeded FROM system.demo").fetchone()
    return frozenset(row[0] if row else ())


def _remember(settings: Settings, step: str) -> None:
    with psycopg.connect(migrate.plain_url(settings.urls[Desk.OWNER]), autocommit=True) as owner:
        owner.execute("UPDATE system.demo SET seeded = seeded || %s::text", [step])


def _years(steps: Steps, settings: Settings, staff: dict[str, Actor], market: demo_market.Market) -> None:
    """What a collective gives out itself, surveyed; the market's months alone, and the year of acts beside it."""
    later = demo_survey.surveyed(steps, settings, staff, demo_survey.COLLECTIVE)
    _market_year(steps, settings, market, lambda: demo_survey.register(steps, staff["reviewer"], later))
    _year(steps, settings, staff, market)


def _mark(settings: Settings) -> None:
    """Mark an empty database as one of demonstration; a register in service is left alone."""
    with unit_of_work(SYSTEM) as uow:
        used = uow.session.scalar(
            text(
                "SELECT EXISTS (SELECT FROM access.account) OR EXISTS (SELECT FROM land.upload)"
                " OR EXISTS (SELECT FROM land.package) OR EXISTS (SELECT FROM registry.act)"
            )
        )
    with psycopg.connect(migrate.plain_url(settings.urls[Desk.OWNER]), autocommit=True) as owner:
        if owner.execute("SELECT system.is_demo()").fetchone() == (True,):
            return
        if used:
            raise Refused(Finding("DEMO-1"))
        if not settings.demo:
            raise BadInput(Finding("DEMO-3", "LANDREG_DEMO"))
        # The sample's office began long enough ago for months of the market alone and a year of acts to end about today.
        owner.execute("INSERT INTO system.demo (ahead) VALUES (make_interval(days => %s))", [-DAYS_AGO])
    to_office_hours(settings)


def _office(settings: Settings, staff: dict[str, Actor]) -> demo_year.Office:
    return demo_year.Office(COUNTY, staff["registrar"], staff["reviewer"], Store(settings.store), settings.base_url)


def _market_year(steps: Steps, settings: Settings, market: demo_market.Market, register: Callable[[], None]) -> None:
    """The market's first months, in which it runs alone; as far as the clock says that it is behind, it is not done again.

    register: the later survey's first registrations; the first month, in which nothing is listed, is their notice.
    """
    done = demo_market.ALONE if demo_year.months_done(COUNTY) else demo_market.months_behind(market)
    with steps("交易开张 the market opens", demo_market.ALONE) as advance:
        for number in range(done + 1, demo_market.ALONE + 1):
            if number == max(done + 1, 2):
                register()
            _market_month(market, number)
            pass_days(settings, demo_market.MONTH_DAYS, open_=True)
            advance(number)
        seal(WORKER, settings)


def _market_month(market: demo_market.Market, number: int) -> None:
    """What a month brings on the market. number: of both years."""
    for of_month in (demo_market, demo_collective, demo_kinds, demo_bids, demo_contracts):
        of_month.begin_month(market, number)


def _year(steps: Steps, settings: Settings, staff: dict[str, Actor], market: demo_market.Market) -> None:
    """A year of acts, month by month, with certificates each quarter; a month that is done is not done again."""
    office = market.office
    press = certificates.Press(keys.certificate_signer(settings), Store(settings.store), settings.base_url)
    months = list(demo_year.plan())
    done = demo_year.months_done(COUNTY)
    with steps("一年业务 a year of acts", len(months)) as advance:
        for number, month in enumerate(months, 1):
            if number > done:
                _begin_month(office, number)
                _market_month(market, demo_market.ALONE + number)
                if number == len(months):
                    _announce_sealed(settings, market)
                demo_year.do_month(office, month, lambda days: pass_days(settings, days, open_=True))
                lapses.work(WORKER)
            if number == demo_renewals.MONTH:
                demo_renewals.renew(office, demo_renewals.Tools(press, lambda: seal(WORKER, settings)))
            if number % QUARTER == 0:
                _certify(settings, staff["registrar"], press)
            advance(number)
        seal(WORKER, settings)
        pass_days(settings, DAYS_AGO)
        lapses.work(WORKER)
        demo_renewals.publish(office, demo_renewals.ON_NOTICE)
        demo_market.finish(market)
        demo_bids.finish(market)
        demo_collective.finish(market)
        demo_contracts.finish(market)
        demo_kinds.finish(market)
        demo_parcels.write_to_a_holder(office.registrar, COUNTY, settings.base_url, office.store)
        _certify(settings, staff["registrar"], press)
        seal(WORKER, settings)


def _announce_sealed(settings: Settings, market: demo_market.Market) -> None:
    """The sale that opens when the program serves."""
    with unit_of_work(SYSTEM) as uow:
        opens_at = real_clock(uow.session) + demo_sealed.SOON
    demo_sealed.announce(market, settings.home / "demo-accounts.json", opens_at)


def _certify(settings: Settings, registrar: Actor, press: certificates.Press) -> None:
    """Certificates for all that is registered and waits for one; what has ended meanwhile has none (REG-24)."""
    if waiting := demo_year.awaiting(COUNTY):
        seal(WORKER, settings)
        certificates.issue(registrar, COUNTY, waiting, press)


def _begin_month(office: demo_year.Office, number: int) -> None:
    """What a month of the year begins with beside its plan: a roster is published, an objection entered."""
    if number == demo_renewals.MONTH:
        demo_renewals.publish(office, *demo_renewals.RENEWED)
    if number == demo_renewals.MONTH_OF_OBJECTION:
        demo_renewals.object_once(office)
    demo_exits.begin_month(office, number)


def prove(settings: Settings, console: Console) -> None:
    """Prove one certificate with the stand-alone verifier, as anyone could who has it in hand. Raises Refused (DEMO-2)."""
    with unit_of_work(SYSTEM) as uow:
        found = uow.session.execute(
            text("SELECT number, pdf_sha256 FROM registry.certificate ORDER BY number LIMIT 1")
        ).one()
    pdf = settings.home / "sample-certificate.pdf"
    pdf.write_bytes(Store(settings.store).read(found.pdf_sha256))
    line = [
        sys.executable,
        "-I",
        str(CHECKOUT / "landreg" / "log" / "verify.py"),
        str(pdf),
        "--key",
        str(settings.log_public_key),
    ]
    proved = subprocess.run(line, capture_output=True, text=True, check=False, env={"PATH": os.defpath})  # noqa: S603
    console.print(f"\n[bold]{found.number}[/]  {pdf}\n{proved.stdout}{proved.stderr}", highlight=False)
    if proved.returncode:
        raise Refused(Finding("DEMO-2"))


def _goodbye(settings: Settings, console: Console, seconds: float) -> None:
    with unit_of_work(SYSTEM) as uow:
        counts = uow.session.execute(text(_COUNTS)).one()
    console.print(
        f"地块 {counts.parcels}，农户 {counts.households}，权利 {counts.rights}，证书 {counts.certificates}，"
        f"日志 {counts.entries} 条；用时 {seconds:.1f} 秒",
        highlight=False,
    )
    say_where(settings, console)


_COUNTS = """
    SELECT (SELECT count(*) FROM land.parcel) AS parcels, (SELECT count(*) FROM party.household) AS households,
           (SELECT count(*) FROM registry."right") AS rights, (SELECT count(*) FROM registry.certificate) AS certificates,
           (SELECT count(*) FROM log.entry) AS entries
"""
