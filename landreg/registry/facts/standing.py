"""What is in force of rights, households and restrictions, as the rows that an act would close; a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, inspect, select, text
from sqlalchemy.orm import Session

from landreg.core.tables import in_force
from landreg.land.model import Parcel, ParcelOrigin
from landreg.party.model import Collective, Holder, Household, Member
from landreg.registry.casebook import Certificate, CertificateEnd
from landreg.registry.effects import RightBundle, Standing
from landreg.registry.model import Contract, Restriction, Right, RightHolder, RightParcel
from landreg.registry.rules.relations import HEADS, SPOUSES

ROWS: Mapping[str, Any] = {
    "contract": Contract,
    "right": Right,
    "right_holder": RightHolder,
    "right_parcel": RightParcel,
    "restriction": Restriction,
    "household": Household,
    "member": Member,
    "holder": Holder,
    "collective": Collective,
    "parcel": Parcel,
    "parcel_origin": ParcelOrigin,
}
"""The tables that acts of change write, by the names that `effects` gives them."""
_CLOCKS = frozenset(("county", "valid", "recorded", "act_id", "ended_by_act", "geom_3857"))


@dataclass(frozen=True)
class HouseholdInForce:
    """A household with its members."""

    household: Standing
    members: tuple[Standing, ...]


def stands_for(household: HouseholdInForce | None) -> UUID:
    """The person who stands for a household, as it says or as a member's relation does; of none, an id that nobody has."""
    if household is None:
        return UUID(int=0)
    named = [m.row["person_id"] for m in household.members if m.row["relation"] in HEADS]
    return next((person for person in (household.household.row["representative_id"], *named) if person), UUID(int=0))


def spouses(household: HouseholdInForce | None) -> frozenset[UUID]:
    """The members who are married to who stands for a household, by their relation."""
    members = household.members if household else ()
    return frozenset(m.row["member_id"] for m in members if m.row["relation"] in SPOUSES)


def key_columns(table: str) -> tuple[str, ...]:
    """The columns that name a row of a table, after its county."""
    return tuple(column.name for column in inspect(ROWS[table]).primary_key if column.name != "county")


def rights(session: Session, county: str, right_ids: Sequence[UUID]) -> dict[UUID, RightBundle]:
    """The rights in force among these, with what hangs on them."""
    found = {row.right_id: row for row in _rows(session, Right, county, Right.right_id.in_(right_ids))}
    row_ids = [row.row_id for row in found.values()]
    holders, parcels = (
        _by_right(session, RightHolder, county, row_ids),
        _by_right(session, RightParcel, county, row_ids),
    )
    contract_ids = [row.contract_id for row in found.values() if row.contract_id]
    contracts = {
        row.contract_id: row for row in _rows(session, Contract, county, Contract.contract_id.in_(contract_ids))
    }
    codes = _codes(session, county, [row.parcel_id for rows in parcels.values() for row in rows])
    return {
        right_id: RightBundle(
            standing("right", row),
            tuple(standing("right_holder", holder) for holder in holders[row.row_id]),
            tuple(
                standing("right_parcel", parcel)
                for parcel in sorted(parcels[row.row_id], key=lambda parcel: parcel.position)
            ),
            standing("contract", contracts[row.contract_id]) if row.contract_id in contracts else None,
            {parcel.parcel_id: codes.get(parcel.parcel_id, "") for parcel in parcels[row.row_id]},
        )
        for right_id, row in found.items()
    }


def parcel_codes(session: Session, county: str, right_ids: Sequence[UUID]) -> list[str]:
    """The codes of the parcels of these rights in force, in order."""
    return list(session.scalars(_parcel_codes(), {"county": county, "rights": right_ids}))


@cache
def _parcel_codes() -> Any:
    held = and_(RightParcel.county == Right.county, RightParcel.right_row == Right.row_id, in_force(RightParcel))
    lying = and_(Parcel.county == RightParcel.county, Parcel.parcel_id == RightParcel.parcel_id, in_force(Parcel))
    of = Right.county == bindparam("county"), Right.right_id.in_(bindparam("rights", expanding=True)), in_force(Right)
    return (
        select(Parcel.code)
        .distinct()
        .select_from(Right)
        .join(RightParcel, held)
        .join(Parcel, lying)
        .where(*of)
        .order_by(Parcel.code)
    )


def households(session: Session, county: str, codes: Sequence[str]) -> dict[str, HouseholdInForce]:
    """The households in force among these codes, with their members in order."""
    found = {row.code: row for row in _rows(session, Household, county, Household.code.in_(codes))}
    members: dict[UUID, list[Any]] = defaultdict(list)
    ids = [row.household_id for row in found.values()]
    for row in _rows(session, Member, county, Member.household_id.in_(ids)):
        members[row.household_id].append(row)
    return {
        code: HouseholdInForce(
            standing("household", row),
            tuple(standing("member", m) for m in sorted(members[row.household_id], key=lambda m: m.position)),
        )
        for code, row in found.items()
    }


def households_by_id(session: Session, county: str, household_ids: Sequence[UUID]) -> dict[UUID, HouseholdInForce]:
    """The households in force among these, by their ids."""
    found = select(Household.code).where(
        Household.county == county, Household.household_id.in_(household_ids), in_force(Household)
    )
    codes = list(session.scalars(found)) if household_ids else []
    return {one.household.row["household_id"]: one for one in households(session, county, codes).values()}


def restrictions(session: Session, county: str, right_ids: Sequence[UUID]) -> dict[UUID, tuple[Standing, ...]]:
    """The restrictions on these rights, in the order of their ranks."""
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in _rows(session, Restriction, county, Restriction.right_id.in_(right_ids)):
        found[row.right_id].append(row)
    return {
        right_id: tuple(standing("restriction", row) for row in sorted(rows, key=lambda row: (row.kind, row.rank)))
        for right_id, rows in found.items()
    }


def noticed_for(session: Session, county: str, household_ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    """By household: the codes of the rights on which an advance notice is for it, in order."""
    if not household_ids:
        return {}
    asked = (
        select(Restriction.party_id, Right.code)
        .join(Right, (Right.county == Restriction.county) & (Right.right_id == Restriction.right_id))
        .where(Restriction.county == county, Restriction.kind == "advance_notice", in_force(Restriction))
        .where(Restriction.party_kind == "household", Restriction.party_id.in_(household_ids), in_force(Right))
    )
    found = session.execute(asked).all()
    return {one: tuple(sorted({code for party, code in found if party == one})) for one in household_ids}


def rights_held(
    session: Session, county: str, household_ids: Sequence[UUID], *kinds: str
) -> dict[UUID, dict[UUID, str]]:
    """By household: the rights that it holds, each with its kind; of these kinds, or of all."""
    found: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    of_kind = (Right.kind.in_(kinds),) if kinds else ()
    for row in _rows(session, Right, county, Right.household_id.in_(household_ids), *of_kind):
        found[row.household_id][row.right_id] = row.kind
    return found


def named_elsewhere(session: Session, county: str, persons: Sequence[UUID]) -> dict[UUID, tuple[Standing, ...]]:
    """By person: the rows that name them beside their household: as holder of a right of their own, as a collective's
    representative, who is known by the number that the survey gives.
    """
    found: dict[UUID, list[Standing]] = defaultdict(list)
    for row in _rows(session, Holder, county, Holder.person_id.in_(persons)):
        found[row.person_id].append(standing("holder", row))
    asked = {"county": county, "persons": list(persons)}
    representing = {row.row_id: row.person_id for row in session.execute(text(_REPRESENTING), asked)}
    if representing:
        for row in _rows(session, Collective, county, Collective.row_id.in_(representing)):
            found[representing[row.row_id]].append(standing("collective", row))
    return {person: tuple(rows) for person, rows in found.items()}


def organizations(session: Session, county: str, holder_ids: Sequence[UUID]) -> dict[UUID, tuple[Standing, ...]]:
    """By id of a holder that is an organisation: its row, and those under which other offices entered the same code."""
    own = select(Holder.code).where(
        Holder.county == county, Holder.holder_id.in_(holder_ids), Holder.kind == "organization", in_force(Holder)
    )
    rows = _rows(session, Holder, county, Holder.code.in_(own), Holder.kind == "organization")
    by_code: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_code[row.code].append(row)
    return {
        row.holder_id: tuple(
            standing("holder", one) for one in sorted(by_code[row.code], key=lambda one: one.holder_id != row.holder_id)
        )
        for row in rows
        if row.holder_id in holder_ids
    }


def person(session: Session, county: str, holder_id: UUID) -> Standing | None:
    """Who holds rights and is a person of no household there; None for a household or an organisation."""
    rows = _rows(session, Holder, county, Holder.holder_id == holder_id, Holder.kind == "person")
    return next((standing("holder", row) for row in rows), None)


def certificates_in_force(session: Session, county: str, right_ids: Sequence[UUID]) -> Sequence[Certificate]:
    """The certificates of these rights that were neither replaced nor cancelled."""
    ended = select(CertificateEnd.certificate_id).where(
        CertificateEnd.county == county, CertificateEnd.certificate_id == Certificate.certificate_id
    )
    found = select(Certificate).where(
        Certificate.county == county, Certificate.right_id.in_(right_ids), ~ended.exists()
    )
    return session.scalars(found).all()


def standing(table: str, row: Any) -> Standing:
    """A row of the register as `effects` takes it."""
    facts = {
        column.key: getattr(row, column.key) for column in inspect(ROWS[table]).columns if column.key not in _CLOCKS
    }
    if table == "parcel":
        # A shape as booking takes it: WKB in hexadecimal, with its zone.
        facts["geom"] = row.geom.desc
    return Standing(table, {name: facts[name] for name in key_columns(table)}, facts, row.valid.lower)


def _rows(session: Session, table: Any, county: str, *where: Any) -> Sequence[Any]:
    return session.scalars(select(table).where(table.county == county, in_force(table), *where)).all()


def _by_right(session: Session, table: Any, county: str, row_ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in _rows(session, table, county, table.right_row.in_(row_ids)):
        found[row.right_row].append(row)
    return found


def _codes(session: Session, county: str, parcel_ids: Sequence[UUID]) -> dict[UUID, str]:
    found = select(Parcel.parcel_id, Parcel.code).where(
        Parcel.county == county, Parcel.parcel_id.in_(parcel_ids), in_force(Parcel)
    )
    return dict(session.execute(found).all())


_REPRESENTING = """
    SELECT c.row_id, p.person_id FROM party.collective AS c
    JOIN identity.person AS p ON p.person_id = ANY (:persons) AND (p.person_id = c.representative_id
        OR c.representative_id IS NULL AND EXISTS (
            SELECT FROM land.staged_issuer AS i WHERE i.county = c.county AND i.code = c.code
            AND i.representative = c.representative AND i.id_digest = p.id_digest))
    WHERE c.county = :county AND upper_inf(c.recorded) AND upper_inf(c.valid)
"""
