"""Reads of the land of contracts, as functions of the exchange's schema say it: rights, parcels, what stands on or binds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.codes import ISSUER
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules import renewing
from landreg.exchange.contracts.rules.closing import FREEZING
from landreg.exchange.listings.rules.land import MOVING, RENEWED

_FREEZES = (
    f"s.what = 'exit' OR s.what = 'restriction' AND s.kind IN {FREEZING!r} OR s.what = 'case' AND s.kind = 'seizure'"
)


@dataclass(frozen=True)
class Land:
    """What the register says of a right and its parcels, of `right_said` and `parcels_said`.

    Of a collective's own land: the collective in place of the household, without a right; representative: who stands for it.
    """

    right: Any
    parcels: Mapping[str, Any]
    representative: str = ""


def land(session: Session, county: str, right_id: UUID) -> Land | None:
    """The right in force and its parcels by code."""
    right = session.execute(
        sa.text("SELECT * FROM exchange.right_said(:county, :right)"), {"county": county, "right": right_id}
    ).first()
    if right is None:
        return None
    rows = session.execute(
        sa.text("SELECT * FROM exchange.parcels_said(:county, :right, '{}')"), {"county": county, "right": right_id}
    )
    return Land(right, {row.parcel_code: row for row in rows})


def collective_land(session: Session, county: str, codes: Sequence[str]) -> Land | None:
    """These parcels of a collective that lie under no right; None where they are not of one collective that the register knows."""
    issuers = {code[:ISSUER] for code in codes}
    if len(issuers) != 1:
        return None
    asked = {"county": county, "code": issuers.pop(), "codes": list(codes)}
    said = session.execute(sa.text("SELECT * FROM exchange.collective_said(:county, :code)"), asked).first()
    if said is None:
        return None
    rows = session.execute(sa.text("SELECT * FROM exchange.collective_parcels(:county, :codes)"), asked)
    return Land(said, {row.parcel_code: row for row in rows}, said.representative)


def of_collective(session: Session, county: str, codes: Sequence[str]) -> dict[str, Decimal]:
    """Of these parcels those that are a collective's to give: the area of each, in m²."""
    asked = sa.text("SELECT parcel_code, area_m2 FROM exchange.parcels_said(:county, NULL, CAST(:codes AS text[]))")
    return {row.parcel_code: row.area_m2 for row in session.execute(asked, {"county": county, "codes": list(codes)})}


def bounds(session: Session, county: str, codes: Sequence[str]) -> dict[str, str]:
    """What lies around parcels, by code; '' where the register does not say it."""
    rows = session.execute(
        sa.text("SELECT * FROM exchange.bounds_said(:county, :codes)"), {"county": county, "codes": list(codes)}
    )
    return {row.parcel_code: row.neighbours for row in rows}


def any_basic(session: Session, county: str, right_id: UUID | None, codes: Sequence[str]) -> bool:
    """Whether one of these parcels of a right, or of a collective's own, is permanent basic farmland."""
    found = collective_land(session, county, codes) if right_id is None else land(session, county, right_id)
    return found is not None and any(row.basic_farmland for code, row in found.parcels.items() if code in codes)


def rights_of(session: Session, county: str, code: str) -> Sequence[Any]:
    """The contract rights in force of a household's code."""
    return session.execute(
        sa.text("SELECT * FROM exchange.rights_of(:county, :code)"), {"county": county, "code": code}
    ).all()


def right_over(session: Session, county: str, code: str, parcels: Sequence[str]) -> UUID | None:
    """The contract right of a household's code that is over all of these parcels."""
    for row in rights_of(session, county, code):
        found = land(session, county, row.right_id)
        if parcels and found is not None and set(parcels) <= set(found.parcels):
            right: UUID = row.right_id
            return right
    return None


def rights_under(session: Session, county: str, contract_id: UUID) -> Sequence[Any]:
    """The land-operation rights in force that a contract brought into the register: right_id, code, ending: the number of the open
    case that would end the right, else None.
    """
    asked = {"county": county, "contract": contract_id}
    return session.execute(sa.text("SELECT * FROM exchange.rights_under(:county, :contract)"), asked).all()


def rights_prolonged(session: Session, county: str, contract_id: UUID) -> Sequence[Any]:
    """The registered rights that a signed renewal is to have for longer, until the register followed it: right_id, code."""
    asked = {"county": county, "contract": contract_id}
    return session.execute(sa.text("SELECT * FROM exchange.rights_prolonged(:county, :contract)"), asked).all()


def laid_on(session: Session, county: str, contract_id: UUID) -> Sequence[Any]:
    """What restricts these rights: row_id, kind, party, the right by code, to what its creditor consents (consented_to), and
    whether it was told of the end (told). Each lies on all land of its right: a land-operation right loses land, and takes no other
    in (`registry.effects.operation`), so that no restriction of it is of some parcels alone.
    """
    asked = sa.text("SELECT * FROM exchange.laid_under(:county, :contract)")
    return session.execute(asked, {"county": county, "contract": contract_id}).all()


def creditors_untold(session: Session, county: str, contract_id: UUID) -> Sequence[Any]:
    """The mortgages under a contract that has ended, of which the creditor is to be told still: row_id, party, right's code."""
    asked = sa.text("SELECT * FROM exchange.creditors_untold(:county, :contract)")
    return session.execute(asked, {"county": county, "contract": contract_id}).all()


def creditors_to_tell(session: Session) -> Sequence[Any]:
    """The same of all contracts of the jurisdiction: county, contract_id, number, party, code."""
    return session.execute(sa.text("SELECT * FROM exchange.creditors_to_tell()")).all()


def register_moves_it(session: Session, county: str, contract_id: UUID) -> bool:
    """Whether the register moves the contract right by an assignment or an exchange: its case is registered, or is on its way."""
    asked = sa.text("SELECT exchange.register_moves_it(:county, :contract)")
    return bool(session.scalar(asked, {"county": county, "contract": contract_id}))


def case_given_up(session: Session, county: str, contract_id: UUID) -> bool:
    """Whether the last case of a contract was withdrawn or refused, so that its parties may apply anew."""
    asked = sa.text("SELECT exchange.case_given_up(:county, :contract)")
    return bool(session.scalar(asked, {"county": county, "contract": contract_id}))


def frozen(session: Session, county: str, right_id: UUID | None, codes: Sequence[str]) -> Sequence[Any]:
    """Seizures, disputes and exits that stand on a right or these parcels of it, and accepted orders to seize it that wait for
    their entry in the register.
    """
    rows = session.execute(
        sa.text(
            "SELECT DISTINCT s.what, s.kind, s.number, s.named FROM exchange.standing_on(:county, :right, :codes, NULL) AS s "
            "WHERE (s.parcel_code = '' OR s.parcel_code = ANY (:codes)) "
            f"AND ({_FREEZES})"
        ),
        {"county": county, "right": right_id, "codes": list(codes)},
    )
    return rows.all()


def frozen_by_right(session: Session, county: str, rights: Sequence[UUID]) -> Sequence[Any]:
    """The same of several rights: right_id, and of what lies on some parcels alone the parcel, else ''."""
    rows = session.execute(
        sa.text(
            "SELECT DISTINCT r.right_id, s.parcel_code, s.what, s.kind, s.number, s.named "
            "FROM unnest(CAST(:rights AS uuid[])) AS r (right_id) "
            "CROSS JOIN LATERAL exchange.standing_on(:county, r.right_id, '{}', NULL) AS s "
            f"WHERE {_FREEZES}"
        ),
        {"county": county, "rights": list(rights)},
    )
    return rows.all()


def terms_of(session: Session, county: str, rights: Sequence[UUID]) -> dict[UUID, tuple[date | None, date | None]]:
    """By right: its first day and, exclusive, its end; None where there is none."""
    asked = sa.text(
        "SELECT r.right_id, lower(s.term) AS first, upper(s.term) AS until FROM unnest(CAST(:rights AS uuid[])) AS r (right_id) "
        "CROSS JOIN LATERAL exchange.right_said(:county, r.right_id) AS s"
    )
    rows = session.execute(asked, {"county": county, "rights": list(rights)})
    return {row.right_id: (row.first, row.until) for row in rows}


def bound(
    session: Session, county: str, codes: Sequence[str], first: date, until: date, depth: int, but: Sequence[UUID]
) -> dict[str, str]:
    """By parcel: the number of the contract that has it in a time."""
    values = {"county": county, "codes": list(codes), "first": first, "until": until, "depth": depth, "but": list(but)}
    rows = session.execute(
        sa.text("SELECT * FROM exchange.bound(:county, :codes, :first, :until, :depth, CAST(:but AS uuid[]))"), values
    )
    return {row.parcel_code: row.number for row in rows}


def operated(
    session: Session, county: str, codes: Sequence[str], first: date, until: date, taker: UUID | None = None
) -> dict[str, str]:
    """By parcel: another's land-operation right over it in a time that was registered from a contract beside the market."""
    values = {"county": county, "codes": list(codes), "first": first, "until": until, "taker": taker}
    rows = session.execute(sa.text("SELECT * FROM exchange.operated(:county, :codes, :first, :until, :taker)"), values)
    return {row.parcel_code: row.number for row in rows}


def had(
    session: Session, county: str, kind: str, codes: Sequence[str], first: date, until: date, depth: int,
    but: Sequence[UUID], taker: UUID,
) -> dict[str, str]:  # fmt: skip
    """By parcel: the number of the contract that has it in a time of a contract of this kind; of a land-operation right that is not
    the taker's own, unless the contract moves the right below which that stands, or passes on what was taken.
    """
    found = bound(session, county, codes, first, until, depth, but)
    if not depth and kind not in (*MOVING, "retransfer"):
        found |= operated(session, county, codes, first, until, taker)
    return found


def sitting(session: Session, county: str, codes: Sequence[str], first: date) -> Sequence[Any]:
    """Of each parcel the last contract before a day that let it to its end, or will: number, taker_id; none whose taker gave it
    back, or by the last word of `renewing.WORDS` declined to renew it or said nothing by the last day of an inquiry. Land that was
    let for another's use alone has nobody to be asked.
    """
    values = {"county": county, "codes": list(codes), "first": first, "kinds": list(RENEWED)}
    values |= {"words": list(renewing.WORDS), "free": list(renewing.FREE)}
    return session.execute(sa.text(_SITTING), values).all()


def listed_after(session: Session, found: Contract) -> Sequence[Any]:
    """Public listings of a contract's land for days after its term, as its taker is told of them: number, from_on, dealt; none of
    what its taker has no priority in.
    """
    if found.kind not in RENEWED:
        return ()
    asked = sa.text("SELECT * FROM exchange.listed_after(:county, :contract)")
    return session.execute(asked, {"county": found.county, "contract": found.contract_id}).all()


_SITTING = """SELECT DISTINCT number, taker_id FROM (
    SELECT DISTINCT ON (o.parcel_code) c.county, c.contract_id, c.number, c.taker_id
    FROM exchange.contracts_over(:county, :codes) AS o
    JOIN exchange.contract AS c ON c.county = CAST(:county AS char(6)) AND c.contract_id = o.contract_id AND NOT c.void
    WHERE c.kind = ANY (:kinds) AND c.until_on <= :first
      AND (c.state IN ('signed', 'disputed') OR c.state = 'ended' AND c.ends_on = c.until_on)
    ORDER BY o.parcel_code, c.until_on DESC) AS last
WHERE NOT EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.county = last.county AND e.contract_id = last.contract_id
    AND e.kind = 'returned')
  AND (SELECT e.kind = ANY (:free) FROM exchange.contract_event AS e
       WHERE e.county = last.county AND e.contract_id = last.contract_id AND e.kind = ANY (:words)
       ORDER BY e.at DESC LIMIT 1) IS NOT TRUE
ORDER BY number"""


def next_numbers(session: Session, county: str, village: str, issuer: str, count: int = 1) -> list[str]:
    """The next numbers of an issuing party's contracts: its 14 signs and a serial (NY/T 2539, LZHTBM)."""
    values = {"county": county, "village": village, "issuer": issuer, "count": count}
    drawn = sa.text("SELECT exchange.next_contract_numbers(:county, :village, :issuer, :count)")
    return list(session.scalars(drawn, values))
