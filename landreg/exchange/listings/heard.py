"""Words over land that is asked of the register: trees and ponds that permanent basic farmland does not get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.errors import Finding
from landreg.exchange.listings import listing_queries
from landreg.exchange.listings.rules.words import Spoken, words_stray
from landreg.law.book import Law


def strayed(
    session: Session, county: str, said: Spoken, law: Law, codes: Sequence[str], listing_id: UUID | None = None,
    shown: str = "", *, own: bool = False,
) -> list[Finding]:  # fmt: skip
    """Everything that was said freely against the law or beside the terms, of these parcels and those of a listing. shown: what is
    named in place of the parcels, to who may not read their codes. own: a household or a taker asks, and shown is what it is told.
    """
    basic: tuple[str, ...] = ()
    if said.found(law, "not_basic"):
        asked = (session, county, listing_id, codes)
        basic = (shown,) * listing_queries.on_basic_land(*asked) if own else listing_queries.basic_land(*asked)
    return words_stray(replace(said, basic=(shown,) if basic and shown else basic), law)
