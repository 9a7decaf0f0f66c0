"""A survey of the sample taken to its rights: package, checks, cases, notice, registration, certificates. Resumable."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID
from zipfile import ZipFile

from sqlalchemy import text

from landreg import demo_papers, keys
from landreg.access.service import SYSTEM
from landreg.config import CHECKOUT, Settings
from landreg.core.actor import WORKER, Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day
from landreg.demo_clock import wait_for_notices
from landreg.demo_staff import COUNTY
from landreg.demo_steps import Steps
from landreg.land import divisions
from landreg.land import service as land
from landreg.law.queries import load_law
from landreg.log.store import seal
from landreg.registry import booking, queries
from landreg.registry.casework import batch_papers, cases, notices, opening
from landreg.registry.documents import Store
from landreg.registry.facts import first_papers
from landreg.registry.figures import Figure, set_figure
from landreg.registry.issued import certificates, noticed

SAMPLE, COLLECTIVE = (CHECKOUT / "data" / "sample" / name for name in ("hanbin.zip", "hanbin-collective.zip"))
"""The county's survey, and a later one of what a collective of it gives out itself."""
SIGNED, EARLIER = "2025-10-01", "2024-10-01"
"""The day on which the sample's newer contracts were signed, and the day that the demonstration's office has them signed: it begins
before, and registers no contract that is still to be signed (TER-9).
"""
Opened = tuple[str, UUID]
"""A village and the batch of its cases."""
STEP = 100


def first(steps: Steps, settings: Settings, staff: dict[str, Actor]) -> None:
    """The county's survey to its certificates."""
    with steps("行政区划 divisions", 1) as advance:
        divisions.import_divisions(SYSTEM)
        advance(1)
    _tell_telephone(staff["registrar"])
    batches = surveyed(steps, settings, staff, SAMPLE)
    wait_for_notices(settings, [batch for _, batch in batches])
    register(steps, staff["reviewer"], batches)
    seal(WORKER, settings)
    _issue(steps, settings, staff["registrar"], batches)
    seal(WORKER, settings)


def _tell_telephone(registrar: Actor) -> None:
    """The telephone that the county's papers name, from the first day on."""
    with unit_of_work(registrar) as uow:
        today = beijing_day(uow.now)
        told = load_law(uow.session, COUNTY, today).parameters["CERT-2.phone"].own
    if not told:
        set_figure(
            registrar, COUNTY, Figure("CERT-2.phone", "", "0915-0000000（样本）", today, "样本文件（没有法律效力）")
        )


def surveyed(steps: Steps, settings: Settings, staff: dict[str, Actor], sample: Path) -> list[Opened]:
    """A survey handed in, its villages opened, accepted, reviewed and on notice; their batches."""
    batches = _batches(staff, _package(staff["surveyor"], steps, settings, signed_earlier(sample, settings.home)))
    archived(staff["registrar"], Store(settings.store), batches)
    _each(steps, "受理 acceptance", batches, ("draft",), lambda ids: cases.accept(staff["registrar"], COUNTY, ids))
    _each(steps, "审核 review", batches, ("accepted",), lambda ids: cases.review(staff["reviewer"], COUNTY, ids))
    _publish(steps, settings, staff["registrar"], batches)
    return batches


def signed_earlier(sample: Path, home: Path) -> Path:
    """A copy of a package of the sample whose contracts of `SIGNED` were signed on `EARLIER`; the same whenever it is made."""
    made = home / f"demo-{sample.name}"
    with ZipFile(sample) as given, ZipFile(made, "w") as copy:
        for entry in given.infolist():
            content = given.read(entry)
            copy.writestr(entry, _resigned(content, home) if entry.filename.endswith(".sqlite") else content)
    return made


def _resigned(content: bytes, home: Path) -> bytes:
    with TemporaryDirectory(dir=home) as folder:
        file = Path(folder) / "tables.sqlite"
        file.write_bytes(content)
        with closing(sqlite3.connect(file)) as tables, tables:
            tables.execute("UPDATE CBHT SET QDSJ = ? WHERE QDSJ = ?", (EARLIER, SIGNED))
        return file.read_bytes()


def register(steps: Steps, reviewer: Actor, batches: Sequence[Opened]) -> None:
    _each(steps, "登簿 registration", batches, ("noticed",), lambda ids: booking.register(reviewer, COUNTY, ids))


def _package(surveyor: Actor, steps: Steps, settings: Settings, sample: Path) -> UUID:
    with steps("成果包检查入库 package", 1) as advance:
        received = land.receive(surveyor, sample, store=Store(settings.store))
        if received.package_id is None or received.report.refused:
            raise Refused(received.report.findings)
        advance(1)
    return received.package_id


def _batches(staff: dict[str, Actor], package: UUID) -> list[Opened]:
    """One batch a village of the package, opened where it is not yet."""
    with unit_of_work(staff["registrar"]) as uow:
        asked = {"county": COUNTY, "package": package}
        villages = list(uow.session.execute(text(_VILLAGES), asked).scalars())
        known = {v: queries.open_batch_of_package(uow.session, COUNTY, package, v) for v in villages}
    return [
        (village, batch or opening.open_batch(staff["registrar"], COUNTY, package, village))
        for village, batch in known.items()
    ]


def archived(registrar: Actor, store: Store, batches: Sequence[Opened]) -> None:
    """The papers of each village lie in the archive: its list goes into the folders that lack them."""
    page = demo_papers.sheet("PDF")
    sha256, size = store.put_bytes(page), len(page)
    for village, batch in batches:
        with unit_of_work(registrar) as uow:
            lacking = first_papers.lacking_in_batch(uow.session, COUNTY, batch)
        if lacking:
            name = f"样本档案目录 {village}.pdf"
            batch_papers.put_into_batch(
                registrar, COUNTY, batch, kind="archive_list", name=name, sha256=sha256, size=size, number=village
            )


def _ids(actor: Actor, batch: UUID, *states: str) -> list[UUID]:
    with unit_of_work(actor) as uow:
        return queries.case_ids(uow.session, COUNTY, batch, *states)


def _each(
    steps: Steps, name: str, batches: Sequence[Opened], states: tuple[str, ...], step: Callable[[list[UUID]], object]
) -> None:
    waiting = [ids for _, batch in batches if (ids := _ids(SYSTEM, batch, *states))]
    with steps(name, sum(map(len, waiting))) as advance:
        done = 0
        for ids in waiting:
            for first in range(0, len(ids), STEP):
                step(ids[first : first + STEP])
                done += len(ids[first : first + STEP])
                advance(done)


def _publish(steps: Steps, settings: Settings, registrar: Actor, batches: Sequence[Opened]) -> None:
    board = noticed.board(Store(settings.store), settings.base_url)
    with steps("公告 notice", len(batches)) as advance:
        for done, (village, batch) in enumerate(batches, 1):
            if ids := _ids(SYSTEM, batch, "reviewed"):
                with unit_of_work(registrar) as uow:
                    name = uow.session.execute(
                        text("SELECT name FROM land.division WHERE code = :code"), {"code": village}
                    )
                    title = f"{name.scalar() or village}土地承包经营权、宅基地使用权首次登记公告"
                notices.publish(registrar, COUNTY, ids, title, board)
            advance(done)


def _issue(steps: Steps, settings: Settings, registrar: Actor, batches: Sequence[Opened]) -> None:
    press = certificates.Press(keys.certificate_signer(settings), Store(settings.store), settings.base_url)
    ids = [case for _, batch in batches for case in _ids(SYSTEM, batch, "registered")]
    with steps("发证 certificates", len(ids)) as advance:
        certificates.issue(registrar, COUNTY, ids, press, advance)


_VILLAGES = """
    SELECT village FROM land.staged_contract WHERE county = :county AND package_id = :package
    UNION SELECT village FROM land.staged_homestead WHERE county = :county AND package_id = :package ORDER BY 1
"""
