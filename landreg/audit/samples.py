"""Samples: the seed and the list are in the log before anything is drawn, so that nobody chose what came out."""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import date
from uuid import uuid4

from sqlalchemy.orm import Session

from landreg.audit import queries, sample_queries
from landreg.audit.logged import draw_facts, sample_facts
from landreg.audit.model import Sample, SampleDraw
from landreg.audit.queries import Asked
from landreg.audit.rules import Reveal
from landreg.audit.sampling import METHODS, Item, digest_of, draw, lines_of, read_line
from landreg.audit.service import county_of, flags
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotAllowed, NotFound
from landreg.core.periods import beijing_day
from landreg.land.queries import division_names
from landreg.log.leaf import Entry
from landreg.log.queries import prove
from landreg.log.store import stage

LARGEST = 1000
SAMPLED = ("case", "act", "certificate", "opening")


def prepare(actor: Actor, kind: str, method: str, size: int, *, within: str = "", month: date | None = None) -> str:
    """Take down the list and a fresh seed, and stage both in the log; the sample's number.

    within: '' for the whole jurisdiction. Raises NotAllowed for another role, BadInput with AUD-13 for a size that is not
    from 1 to LARGEST or an empty list, FORM-5 for an unknown kind or method, or a division that is none.
    """
    if not actor.has(Role.AUDITOR):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.AUDITOR.value]}))
    within = within or actor.jurisdiction
    faults = [
        *([] if kind in SAMPLED else [Finding("FORM-5", "kind", {"given": kind})]),
        *([] if method in METHODS else [Finding("FORM-5", "method", {"given": method})]),
        *([] if within.startswith(actor.jurisdiction) and within.isdigit() else [Finding("FORM-5", "within", {"given": within})]),
        *([] if 1 <= size <= LARGEST else [Finding("AUD-13", "size", {"size": size, "most": LARGEST})]),
    ]  # fmt: skip
    if faults:
        raise BadInput(faults)
    with unit_of_work(actor) as uow:
        if within != actor.jurisdiction and not division_names(uow.session, [within]):
            raise BadInput(Finding("FORM-5", "within", {"given": within}))
        today = beijing_day(uow.now)
        lines = lines_of(_items(uow.session, kind, method, Asked(within, month), today))
        if not lines:
            raise BadInput(Finding("AUD-13", "within", {"size": 0, "most": LARGEST}))
        serial = queries.next_number(uow.session, "sample")
        made = Sample(
            county=county_of(actor),
            sample_id=uuid4(),
            village=within,
            number=f"CY{today.year}{serial:06d}",
            kind=kind,
            method=method,
            month=month,
            size=size,
            seed=secrets.token_hex(32),
            population=lines,
            population_sha256=digest_of(lines),
            prepared_by=actor.account_id,
            prepared_by_name=actor.name,
            prepared_at=uow.now,
        )
        uow.session.add(made)
        stage(uow, Entry("audit.sample_prepared", made.county, within, made.number, sample_facts(made)))
    return made.number


def draw_sample(actor: Actor, number: str) -> list[str]:
    """Draw a sample that was prepared, once its seed and list are sealed in the log; the keys drawn.

    Raises NotAllowed, NotFound, Conflict with LOG-8 while the log has not sealed them, Refused (AUD-14) when it was drawn.
    """
    if not actor.has(Role.AUDITOR):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.AUDITOR.value]}))
    with unit_of_work(actor) as uow:
        found = sample_queries.sample(uow.session, number)
        if found is None:
            raise NotFound
        made, drawn = found
        if drawn is not None:
            raise Conflict(Finding("AUD-14", values={"number": number}))
        prove(uow.session, number, "audit.sample_prepared")
        keys = redraw(made)
        draw_of = SampleDraw(
            county=made.county,
            sample_id=made.sample_id,
            village=made.village,
            keys=keys,
            drawn_by=actor.account_id,
            drawn_at=uow.now,
        )
        uow.session.add(draw_of)
        stage(uow, Entry("audit.sample_drawn", made.county, made.village, number, draw_facts(draw_of, number)))
        uow.session.flush()
    return keys


def redraw(made: Sample) -> list[str]:
    """What the seed and the list give, whoever asks and however often."""
    return draw(made.seed, [read_line(line) for line in made.population], made.size, made.method)


def _items(session: Session, kind: str, method: str, asked: Asked, today: date) -> list[Item]:
    rows = sample_queries.subjects(session, kind, asked.within, asked.month)
    weights: Counter[str] = Counter()
    if method == "by_risk":
        for flag in flags(session, asked, today):
            of = flag.fact
            weights.update({of.opening if isinstance(of, Reveal) else of.subject, *of.cases})
    items = []
    for row in rows:
        stratum = {"by_village": row.village, "by_act_kind": row.kind}.get(method, "")
        weight = max(weights[row.number], weights[row.case] if row.case else 0)
        items.append(Item(row.number, stratum, weight))
    return items
