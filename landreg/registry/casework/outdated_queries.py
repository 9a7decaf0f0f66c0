"""The first registrations under way that rest on an older survey, where a later package has their own rows otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.registry.casework import under_way_queries
from landreg.registry.facts.other_holders import OtherHolder
from landreg.registry.facts.resurveyed import resurveyed_of

REBUILT = ("draft", "returned", "accepted", "reviewed", "noticed")
"""The states in which a case ends for a later survey; an objection is settled first."""


@dataclass(frozen=True)
class Outdated:
    """A case that a later package has otherwise. gone: that package has its contract or homestead no more, so that none is opened
    in its place; other: it is another household's there, whose own application a case would be.
    """

    case_id: UUID
    number: str
    village: str
    gone: bool
    other: OtherHolder | None = None

    @property
    def goes_on(self) -> bool:
        """Whether a case that is opened from that package carries this one on."""
        return not self.gone and self.other is None


def outdated_cases(session: Session, county: str, package_id: UUID, within: Sequence[str]) -> list[Outdated]:
    """The cases of some divisions that this package, the one in force there, has otherwise, in the order of their numbers. What
    was returned and opened anew since is none.
    """
    asked = {
        "county": county,
        "package": package_id,
        "within": [f"{code}%" for code in within],
        "states": list(REBUILT),
        "open": list(under_way_queries.OPEN),
    }
    found = [Outdated(*row) for row in session.execute(text(_ON_ANOTHER), asked)]
    later = resurveyed_of(session, county, [case.case_id for case in found])
    return [
        replace(case, other=later[case.case_id].other)
        for case in found
        if case.case_id in later and later[case.case_id].package_id == package_id
    ]


def left_behind(session: Session, county: str, package_id: UUID) -> list[Outdated]:
    """The cases of villages that this package, the one in force for more than those, has nothing of."""
    asked = {"county": county, "package": package_id, "states": list(REBUILT)}
    gone = session.scalars(text(_GONE_VILLAGES), asked).all()
    return outdated_cases(session, county, package_id, gone) if gone else []


_GONE_VILLAGES = """
    SELECT DISTINCT c.village
    FROM registry."case" AS c JOIN land.package AS p ON p.county = c.county AND p.package_id = :package
    WHERE c.county = :county AND c.village BETWEEN p.village AND p.village || '~' AND c.package_id <> :package
      AND c.act_kind = 'first_registration' AND c.state = ANY (:states)
      AND NOT EXISTS (SELECT FROM land.staged_issuer AS i
                      WHERE i.county = c.county AND i.package_id = :package AND i.village = c.village)
"""
_ON_ANOTHER = """
    SELECT c.case_id, c.number, c.village, NOT EXISTS (
        SELECT FROM land.staged_contract AS s
        WHERE s.county = c.county AND s.package_id = :package AND s.code = c.subject_code AND s.village = c.village
        UNION ALL SELECT FROM land.staged_homestead AS s
        WHERE s.county = c.county AND s.package_id = :package AND s.code = c.subject_code AND s.village = c.village)
    FROM registry."case" AS c
    WHERE c.county = :county AND c.village LIKE ANY (:within) AND c.package_id <> :package
      AND c.act_kind = 'first_registration' AND c.state = ANY (:states)
      AND (c.state <> 'returned' OR NOT EXISTS (
          SELECT FROM registry."case" AS o WHERE o.county = c.county AND o.subject_code = c.subject_code
          AND o.act_kind = 'first_registration' AND o.state = ANY (:open)))
    ORDER BY c.number
"""
