"""Who is written to of an error that the office found: whoever holds what it concerns, and whoever has a restriction or a
land-operation right there by which they measure what they have.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.codes import masked_name
from landreg.law.book import term
from landreg.registry.casebook import Case
from landreg.registry.facts import standing
from landreg.registry.facts.corrections import rights_concerned
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.requests import read


def addressees(session: Session, case: Case) -> tuple[str, ...]:
    """Each party of the error once: name, as what they are written to, and where they live or sit, if the register says it.

    Of a slip of the pen, the holders alone.
    """
    asked = read(case.act_kind, case.request)
    assert isinstance(asked, Correction)  # noqa: S101  the kind of act says so
    rights = rights_concerned(session, case)
    told = _named(session, _HOLDERS, case.county, rights, "权利人") or [_to(case.applicant, "权利人", "")]
    told += _named(session, _HOUSEHOLD, case.county, (), "应有的权利人", asked.said("holder") or "")
    if asked.touches:
        restricted = standing.restrictions(session, case.county, rights)
        told += [
            _to(row.row["party"], term("restriction", row.row["kind"]), "")
            for right_id in rights
            for row in restricted.get(right_id, ())
        ]
        told += _named(session, _OPERATORS, case.county, rights, f"{term('right', 'land_operation')}人")
    return tuple(dict.fromkeys(told))


def _named(
    session: Session, statement: str, county: str, rights: Sequence[UUID], as_what: str, code: str = ""
) -> list[str]:
    found = session.execute(text(statement), {"county": county, "rights": list(rights), "code": code})
    return [_to(row.name, as_what, row.address or "") for row in found]


def _to(name: str, as_what: str, address: str) -> str:
    return f"{name}（{as_what}）" + (f"，{address}" if address else "")


def masked(addressee: str) -> str:
    """A party of a letter for whoever does not work with it: the name masked, as what it is told, no address."""
    name, _mark, rest = addressee.partition("（")
    return masked_name(name) + (f"（{rest.partition('）')[0]}）" if rest else "")


_HOLDERS = """
    SELECT DISTINCT n.name, n.address FROM registry."right" AS r
    JOIN party.named AS n ON n.county = r.county AND n.household_id = r.household_id AND upper_inf(n.recorded)
         AND upper_inf(n.valid)
    WHERE r.county = :county AND r.right_id = ANY (:rights) AND r.kind <> 'land_operation' AND upper_inf(r.recorded)
         AND upper_inf(r.valid)
    ORDER BY n.name, n.address
"""
_HOUSEHOLD = """
    SELECT h.name, h.address FROM party.household AS h
    WHERE h.county = :county AND h.code = :code AND upper_inf(h.recorded) AND upper_inf(h.valid)
"""
_OPERATORS = """
    SELECT DISTINCT n.name, n.address FROM registry."right" AS r
    JOIN registry.right_parcel AS x ON x.county = r.county AND x.right_row = r.row_id AND upper_inf(x.recorded)
         AND upper_inf(x.valid)
    JOIN registry.right_parcel AS y ON y.county = x.county AND y.parcel_id = x.parcel_id AND upper_inf(y.recorded)
         AND upper_inf(y.valid)
    JOIN registry."right" AS o ON o.county = y.county AND o.row_id = y.right_row AND o.kind = 'land_operation'
         AND upper_inf(o.recorded) AND upper_inf(o.valid)
    JOIN party.named AS n ON n.county = o.county AND n.household_id = o.household_id AND upper_inf(n.recorded)
         AND upper_inf(n.valid)
    WHERE r.county = :county AND r.right_id = ANY (:rights) AND upper_inf(r.recorded) AND upper_inf(r.valid)
    ORDER BY n.name, n.address
"""
