"""Opening a village: a case for each contract and homestead that its package holds and the register lacks; anew for a later one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, text

from landreg.core.actor import Actor
from landreg.core.db import Unavailable, UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.land.model import Package
from landreg.land.queries import unknown_villages
from landreg.land.staging_carried import origins_of
from landreg.registry.casebook import Batch, Case
from landreg.registry.casework import desk, under_way_queries
from landreg.registry.casework.cases import locked, note, set_values
from landreg.registry.casework.outdated_queries import REBUILT, Outdated, outdated_cases
from landreg.registry.facts.successors import REBUILD
from landreg.registry.rules.procedure import MOST_CASES, of_another_household

REBUILT_FOR = "测绘成果包已更正，登记机构按新成果“{name}”重新建立本业务"
OPENED = ('registry."case"', "registry.case_parcel", "registry.case_document", "registry.case_event")


def open_batch(actor: Actor, county: str, package_id: UUID, village: str) -> UUID:
    """Open a case for each contract and homestead of a village that the package holds and the register lacks, but for contracts
    by other means, which are set apart (CT-13).

    village: division code of any level. Raises NotFound for an unknown package, Refused for villages that
    the divisions, where they are loaded, do not have, Conflict when nothing is left to open.
    """
    with unit_of_work(actor) as uow:
        uow.lock_village(village)
        batch_id = _open(uow, staged(uow, county, package_id, village), village)
    _count_anew(actor)
    return batch_id


def rebuild(actor: Actor, county: str, package_id: UUID, village: str) -> tuple[UUID, int, list[Finding]]:
    """End the cases of a village whose own rows this package, the one in force, has otherwise than theirs, and open them anew from
    it with the papers that were in their folders; with them whatever else is left to open there. The batch, how many ended, and
    what stays as it is, for an officer to end: where the package has the contract or homestead no more (REG-41), or gives it to
    another household, to whose case neither an application nor its papers go (REG-47).

    No letter goes out: the household has nothing to mend. Raises as `open_batch`; Conflict (REG-11) where no case is so, (REG-41,
    REG-47) where none but such as stay.
    """
    with unit_of_work(actor) as uow:
        uow.lock_village(village)
        package = staged(uow, county, package_id, village)
        outdated = outdated_cases(uow.session, county, package_id, [village])
        stay = staying(outdated)
        anew = [case.case_id for case in outdated if case.goes_on]
        ended = [case for case in locked(uow, county, anew) if case.state in REBUILT] if anew else []
        if not ended:
            raise Conflict(stay or Finding("REG-11"))
        ids = [case.case_id for case in ended]
        set_values(uow, county, ids, state="withdrawn", batch_id=None)
        note(uow, ended, REBUILD, REBUILT_FOR.format(name=package.name))
        uow.session.flush()
        batch_id = _open(uow, package, village)
        papers = under_way_queries.papers_of(uow.session, county, ids)
        if go_on := [
            {"county": county, "batch": batch_id, "subject": subject, "document": document}
            for subject, document in papers
        ]:
            uow.session.execute(text(_PAPERS_GO_ON), go_on)
    _count_anew(actor)
    return batch_id, len(ended), stay


def staying(outdated: Sequence[Outdated]) -> list[Finding]:
    """Of cases that a later package has otherwise, why some are not opened anew: their contract or homestead is there no more
    (REG-41), or another household's (REG-47).
    """
    gone = [case.number for case in outdated if case.gone]
    others = [(case.number, *case.other) for case in outdated if case.other]
    found = [Finding("REG-41", "package", {"cases": gone[:MOST_CASES], "count": len(gone)})] if gone else []
    return [*found, of_another_household(others)] if others else found


def staged(uow: UnitOfWork, county: str, package_id: UUID, village: str) -> Package:
    """The package in force that cases of a village are to rest on. Raises NotFound, Refused (REG-28)."""
    package = uow.session.get(Package, {"county": county, "package_id": package_id})
    within = village.isascii() and village.isdigit() and village.startswith(county)
    if package is None or package.state != "staged" or not within:
        raise NotFound()
    if unknown := unknown_villages(uow.session, county, package_id, village):
        raise Refused(Finding("REG-28", "village", {"villages": unknown}))
    return package


def _open(uow: UnitOfWork, package: Package, village: str) -> UUID:
    county, by = package.county, uow.actor.account_id
    batch = Batch(
        county=county,
        batch_id=uuid4(),
        village=village,
        package_id=package.package_id,
        opened_by=by,
        opened_at=uow.now,
    )
    uow.session.add(batch)
    uow.session.flush()
    asked = {
        "county": county,
        "package": package.package_id,
        "from": village,
        "to": village + "~",
        "batch": batch.batch_id,
        "by": by,
        "year": beijing_day(uow.now).year,
        "open": under_way_queries.first_registrations(uow.session, county, village),
    }
    uow.session.execute(text(_OPEN_CONTRACTS), asked)
    uow.session.execute(text(_OPEN_HOMESTEADS), asked)
    uow.session.execute(text(_OPEN_PARCELS), asked)
    opened = list(uow.session.scalars(select(Case).where(Case.county == county, Case.batch_id == batch.batch_id)))
    if not opened:
        raise Conflict(Finding("REG-11"))
    _put_package(uow, package, {**asked, "village": village}, {case.right_kind for case in opened})
    note(uow, opened, "open")
    return batch.batch_id


def _count_anew(actor: Actor) -> None:
    with suppress(Unavailable), unit_of_work(actor) as uow:
        uow.take_statistics(*OPENED)


def _put_package(uow: UnitOfWork, package: Package, asked: Mapping[str, Any], opened: set[str]) -> None:
    """The package into the folder of every case that came of it, and those that its carried rows first came with.

    opened: the kinds of right of the cases: a paper of none of them lies in no folder.
    """
    put: list[tuple[Package | None, list[str]]] = [(package, sorted(opened))]
    for kind in sorted(opened):
        for origin in origins_of(package.changes, kind):
            put.append((uow.session.get(Package, {"county": package.county, "package_id": origin}), [kind]))
    for one, kinds in put:
        if one is not None:
            evidence = {**asked, "document": uuid4(), "sha256": one.sha256.hex(), "name": one.name}
            evidence |= {"size": one.size, "at": uow.now, "kinds": kinds}
            uow.session.execute(text(_EVIDENCE), evidence)
            uow.session.execute(text(_EVIDENCE_OF_CASES), evidence)


# Numbers are drawn for as many as go in: a case of the subject that is open already would leave one out.
_NEW_CASE = """
    INSERT INTO registry."case" (county, case_id, village, number, batch_id, package_id, act_kind, right_kind,
                                 subject_code, household_code, applicant, state, prepared_by)
    WITH new AS MATERIALIZED (
        SELECT s.*, row_number() OVER (ORDER BY s.code) AS place FROM land.{table} AS s
        WHERE s.county = :county AND s.package_id = :package AND s.village >= :from AND s.village < :to
          AND NOT EXISTS (SELECT FROM registry."right" AS r WHERE r.county = s.county AND r.code = {right_code}
                          AND upper_inf(r.recorded) AND upper_inf(r.valid))
          AND NOT s.code = ANY (:open) {besides})
    SELECT s.county, gen_random_uuid(), s.village,
           s.county || '-' || CAST(:year AS integer) || '-' || lpad(d.serial::text, 7, '0'),
           :batch, s.package_id, 'first_registration', '{kind}', s.code, s.household_code, {holder}, 'draft', :by
    FROM new AS s
    JOIN registry.next_in_book(:county, 'case', CAST(:year AS integer), (SELECT count(*)::integer FROM new))
         WITH ORDINALITY AS d (serial, place) USING (place)
    LEFT JOIN land.staged_household AS h ON h.county = s.county AND h.package_id = s.package_id AND h.code = s.household_code
    ORDER BY s.place
    ON CONFLICT DO NOTHING
"""
_OPEN_CONTRACTS = _NEW_CASE.format(
    kind="contract_management",
    table="staged_contract",
    holder="coalesce(h.name, '')",
    right_code="s.code",
    besides=f"AND NOT {desk.SET_APART}",
)
_OPEN_HOMESTEADS = _NEW_CASE.format(
    kind="homestead",
    table="staged_homestead",
    holder="coalesce(h.name, s.holder)",
    right_code="s.unit_code",
    besides="",
)
_OPEN_PARCELS = """
    INSERT INTO registry.case_parcel (county, case_id, parcel_code, village)
    SELECT c.county, c.case_id, p.parcel_code, c.village FROM registry."case" AS c
    JOIN land.staged_contract_parcel AS p ON p.county = c.county AND p.package_id = c.package_id
         AND p.contract_code = c.subject_code
    WHERE c.county = :county AND c.batch_id = :batch AND c.right_kind = 'contract_management'
    UNION SELECT c.county, c.case_id, c.subject_code, c.village FROM registry."case" AS c
    WHERE c.county = :county AND c.batch_id = :batch AND c.right_kind = 'homestead'
"""
_EVIDENCE = """
    INSERT INTO registry.document (county, document_id, village, sha256, kind, name, size, put_by, put_at)
    VALUES (:county, :document, :village, :sha256, 'survey_package', :name, :size, :by, :at)
"""
_EVIDENCE_OF_CASES = """
    INSERT INTO registry.case_document (county, case_id, document_id, village)
    SELECT county, case_id, :document, village FROM registry."case"
    WHERE county = :county AND batch_id = :batch AND right_kind = ANY (:kinds)
"""
_PAPERS_GO_ON = """
    INSERT INTO registry.case_document (county, case_id, document_id, village)
    SELECT county, case_id, :document, village FROM registry."case"
    WHERE county = :county AND batch_id = :batch AND subject_code = :subject
"""
