"""Searches that are kept: of an account, told in the program; of an address, told there once it has confirmed it.

An address is sealed, found by a digest alone, and erased when the search ends or nobody confirmed it within seven days.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from uuid import UUID, uuid4

import sqlalchemy as sa

from landreg.access import sealing
from landreg.core.actor import NOBODY, Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound, Refused
from landreg.exchange.market import letters, search_queries
from landreg.exchange.market.asked import Asked
from landreg.exchange.market.model import SavedSearch

MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}")
MOBILE = re.compile(r"1[3-9]\d{9}")
_PARTED = re.compile(r"[\s()·.-]")
_COUNTRY = re.compile(r"(?:\+|00)?86")
MOST_OWN = 20
OF_PREFECTURE = "6109"


def mkt_2_address_can_be_reached(address: str, channels: frozenset[str]) -> Finding | None:
    """MKT-2: a mail address or a mobile number, where this server sends to such; what is asked for is said."""
    if channel_of(address) in channels:
        return None
    wanted = "both" if len(channels) > 1 else next(iter(channels), "")
    return Finding("MKT-2", "address", {"fault": f"reach_{wanted}"} if wanted else {})


def plain(address: str) -> str:
    """An address as it is reached: a mobile number without the blanks, dashes, brackets and 86 with which telephones show it."""
    told = unicodedata.normalize("NFKC", address).strip()
    digits = _PARTED.sub("", told)
    country = _COUNTRY.match(digits)
    bare = digits[country.end() :] if country else digits
    return next((one for one in (digits, bare) if MOBILE.fullmatch(one)), told)


def mkt_3_not_too_many(kept: int) -> Finding | None:
    """MKT-3: an account keeps so many searches at most (of an address the database keeps five)."""
    return None if kept < MOST_OWN else Finding("MKT-3", None, {"most": MOST_OWN})


def channel_of(address: str) -> str:
    """`mail`, `sms`, or '' for what is neither."""
    if MAIL.fullmatch(address):
        return "mail"
    return "sms" if MOBILE.fullmatch(address) else ""


def code_of(token: str) -> bytes:
    """What the database keeps of a link's secret part."""
    return hashlib.sha256(token.encode()).digest()


def place_of(asked: Asked) -> str:
    """Under which division a search lies: the county it asks of, or the prefecture."""
    return asked.within[:6] if len(asked.within) >= 6 else OF_PREFECTURE


def keep_for_address(asked: Asked, address: str, language: str, link: str, channels: frozenset[str]) -> str:
    """Keep a search of an address and have it asked for its word. link: the address of a search's page, with {token}.

    Returns the secret part of the link. Raises BadInput (MKT-2), Refused (MKT-3).
    """
    address = plain(address)
    if (fault := mkt_2_address_can_be_reached(address, channels)) is not None:
        raise BadInput(fault)
    token = secrets.token_urlsafe(24)
    letter = letters.confirming(address, language, link.format(token=token))
    with unit_of_work(NOBODY) as uow:
        kept = search_queries.save(
            uow.session, id=uuid4(), division=place_of(asked), channel=channel_of(address), address=sealing.seal(address),
            digest=sealing.digest(f"market:{address.lower()}"), token=sealing.seal(token), code=code_of(token), language=language,
            query=asked.query, letter=sealing.seal(letter.packed()),
        )  # fmt: skip
        if not kept:
            raise Refused(Finding("MKT-3", "address", {"most": 5}))
    return token


def keep_own(actor: Actor, asked: Asked, language: str) -> UUID:
    """Keep a search of an account: what comes is told in the program. Raises Refused (MKT-3)."""
    with unit_of_work(actor) as uow:
        before = search_queries.own(uow.session, actor.account_id)
        same = next((one for one in before if one.query == asked.query), None)
        if same is not None:
            return same.search_id
        if (fault := mkt_3_not_too_many(len(before))) is not None:
            raise Refused(fault)
        place = place_of(asked)
        search_id = uuid4()
        # Named one by one: the farmers' login holds nothing on the columns of an address.
        said = {
            "county": place.ljust(6, "0"), "village": place, "search_id": search_id, "account_id": actor.account_id,
            "channel": "app", "language": language, "query": asked.query,
            **dict.fromkeys(("made_at", "confirmed_at", "looked_until", "seen_at"), uow.now),
        }  # fmt: skip
        uow.session.execute(sa.insert(SavedSearch).values(**said))
    return search_id


def end_own(actor: Actor, search_id: UUID) -> None:
    """End a search of one's own account. Raises NotFound."""
    with unit_of_work(actor) as uow:
        found = next(
            (one for one in search_queries.own(uow.session, actor.account_id) if one.search_id == search_id), None
        )
        if found is None:
            raise NotFound()
        found.ended_at = uow.now


def confirm(token: str) -> bool:
    """The word of whom an address belongs to; False where nothing waits for it."""
    with unit_of_work(NOBODY) as uow:
        return search_queries.confirm(uow.session, code_of(token))


def end(token: str) -> bool:
    """End a search by its link; False where it had ended already."""
    with unit_of_work(NOBODY) as uow:
        return search_queries.end(uow.session, code_of(token))
