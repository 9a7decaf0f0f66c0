"""Why members join a household, or are related otherwise: what a case rests on and its page shows beside the difference."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.access.person_queries import sexes_of
from landreg.registry.rules.requests import HouseholdChange, Request
from landreg.web.i18n import shown_day, shown_term


def rests_on(session: Session, asked: Request, members: Mapping[UUID, UUID]) -> list[tuple[UUID, str, str]]:
    """By person, fact and text: no facts of the register, but what the act rests on. members: persons by id of member.

    Of the identity number of who joins the sex alone; the rest opens by `access.identity.reveal`, and what of it goes against the
    act is told by CHG-12.
    """
    if not isinstance(asked, HouseholdChange):
        return []
    sexes = sexes_of(session, [one.person_id for one in asked.joins])
    said = [
        (one.person_id, fact, shown_term(value, fact) if value else "")
        for one in asked.joins
        for fact, value in (("join_reason", one.reason), ("sex", sexes.get(one.person_id)))
    ]
    for anew in asked.relates:
        person = members.get(anew.member_id, anew.member_id)
        said.append((person, "relate_reason", shown_term(anew.reason, "relate_reason")))
        said.append((person, "relate_on", shown_day(anew.on)))
    return [one for one in said if one[2]]
