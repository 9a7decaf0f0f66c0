"""What comes with its day: an exit that was not paid lapses, a temporary one comes back, one that its household took back is
closed. A step of the worker, by the register's clock; each in a transaction of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

from landreg.core.actor import WORKER, Actor
from landreg.core.db import Unavailable, UnitOfWork, alone, unit_of_work
from landreg.core.errors import LandregError
from landreg.core.periods import beijing_day
from landreg.exit import logged, queries
from landreg.exit.holding import close_case, event_of, happened, held
from landreg.exit.model import Exit
from landreg.exit.rules.course import FINAL, stage
from landreg.registry.casebook import Case
from landreg.registry.casework.applications import case_number
from landreg.registry.casework.cases import note, set_values
from landreg.registry.effects import Changes, RightBundle, Standing
from landreg.registry.effects import exits as effects
from landreg.registry.effects.lying import with_restrictions
from landreg.registry.facts import standing
from landreg.registry.facts.returning import closed_by, codes_of, free, lay_on, taken_by
from landreg.registry.lapses import OFFICE
from landreg.registry.rules.exit_requests import ExitAsked
from landreg.registry.rules.requests import plain
from landreg.registry.writing import Booking, write

KIND = "exit_return"
_logger = logging.getLogger(__name__)


def work(worker: Actor = WORKER) -> int:
    """Do everything whose day has come; how much it was. What cannot be done is named in the log of the process."""
    done = 0
    with alone(worker, "exits") as ours:
        if not ours:
            return 0
        with unit_of_work(worker) as uow:
            today = beijing_day(uow.now)
            due = [(lapse, one.county, one.exit_id) for one in queries.lapsed(uow.session, today)]
            due += [(close, one.county, one.exit_id) for one in queries.left_open(uow.session)]
            due += [(come_back, one.county, one.exit_id) for one, _ in queries.returning(uow.session, today)]
        for step, county, exit_id in due:
            try:
                done += step(OFFICE, county, exit_id)
            except Unavailable:
                raise
            except LandregError as error:
                _logger.warning("exit %s: %s", exit_id, [finding.code for finding in error.findings])
    return done


def lapse(office: Actor, county: str, exit_id: UUID) -> int:
    """An exit whose last day of payment is over ends, and nothing was lost; 1, or 0 where it was paid or is over."""
    with unit_of_work(office) as uow:
        found, law = held(uow, county, exit_id)
        course = found.course(law.on)
        if course.lapses_on is None or course.lapses_on >= law.on or course.left <= 0:
            return 0
        if stage(course, law.days("EXIT-9.cooling_days")) in FINAL:
            return 0
        logged.stage_event(uow, happened(uow, found, "lapse", law.on))
        close_case(uow, found)
    return 1


def close(office: Actor, county: str, exit_id: UUID) -> int:
    """The case of an exit that its household took back by itself."""
    with unit_of_work(office) as uow:
        found, _ = held(uow, county, exit_id)
        close_case(uow, found)
    return 1


def come_back(office: Actor, county: str, exit_id: UUID) -> int:
    """A temporary exit whose day has come: its rights are the household's again by an act of their own; 1, or 0 where they
    cannot be, since the land is under another right meanwhile: the office settles that.
    """
    with unit_of_work(office) as uow:
        row = queries.one(uow.session, county, exit_id)
        on_day = None if row is None else row.returns_on
        act = None if row is None or on_day is None else queries.act_of(uow.session, row)
        if row is None or on_day is None or act is None:
            return 0
        former = [one for one in closed_by(uow.session, county, act) if one.right_id in row.right_ids]
        lost = {one.right_id: taken_by(uow.session, county, act, one, on_day) for one in former}
        given = [parcel.row["parcel_id"] for some in lost.values() for parcel in some]
        uow.lock_parcels(county, given)
        if on_day > beijing_day(uow.now):
            return 0
        if not free(uow.session, county, given):
            _logger.warning(
                "exit %s: its land is under another right, or is no more the parcel that it was", row.number
            )
            return 0
        again = [limit for one in former for limit in lay_on(uow.session, county, act, one, lost[one.right_id], on_day)]
        changes = _back(uow, row, former, lost, on_day, again)
        _enter(uow, row, former[0], changes, codes_of(uow.session, county, given))
        event = event_of(uow, row, "return", on_day)
        uow.session.add(event)
        uow.session.flush()
        logged.stage_event(uow, event)
    return 1


def _enter(uow: UnitOfWork, row: Exit, first: RightBundle, changes: Changes, codes: Sequence[str]) -> None:
    """Write the act on a case of its own, which waits for the household's certificate: nobody applied, and nobody reviews it.

    codes: of the parcels that come back; the case names them where they are not all.
    """
    right, act_id = first.right.row, uuid4()
    named = tuple(codes) if row.parcels or row.cut_parcel else ()
    case = Case(
        county=row.county, case_id=uuid4(), village=row.village, act_kind=KIND, state="draft", findings=[],
        request=plain(ExitAsked(row.mode, named)), number=case_number(uow, row.county),
        right_kind=right["kind"], subject_code=right["code"], right_ids=row.right_ids,
        household_code=row.household_code, applicant=row.applicant, prepared_by=uow.actor.account_id,
    )  # fmt: skip
    uow.session.add(case)
    uow.session.flush()
    note(uow, [case], "open")
    held = (row.county, [case.case_id])
    set_values(
        uow,
        *held,
        state="accepted",
        accepted_by=uow.actor.account_id,
        accepted_at=uow.now,
        accepted_on=beijing_day(uow.now),
    )
    note(uow, [case], "accept")
    set_values(uow, *held, state="reviewed")
    note(uow, [case], "register")
    write(uow, row.county, [Booking(case, changes, act_id)])
    set_values(uow, *held, state="registered", act_id=act_id)


def _back(
    uow: UnitOfWork,
    row: Exit,
    former: Sequence[RightBundle],
    lost: Mapping[UUID, Sequence[Standing]],
    on: date,
    again: Sequence[Standing],
) -> Changes:
    """What the act does: each right goes on over what it lost too, or is there again over that. again: what lies there again."""
    changes = Changes((), on)
    stands = standing.rights(uow.session, row.county, row.right_ids)
    limits = standing.restrictions(uow.session, row.county, row.right_ids)
    for bundle in former:
        now = stands.get(bundle.right_id)
        changes = effects.joined(changes, effects.come_back(bundle, now, lost[bundle.right_id], on, uuid4))
    restricted = [limit for some in limits.values() for limit in some]
    return replace(with_restrictions(changes, stands.values(), restricted, uuid4, again), ends={})
