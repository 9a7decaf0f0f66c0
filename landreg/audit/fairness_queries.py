"""The market as the fairness watch reads it: sales, who took part, priority windows. Within the auditor's jurisdiction."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.audit.market import AGENT_STEPS, Acting, Entry, Marked, Market, Sale, Window
from landreg.core.codes import masked_name
from landreg.core.periods import DAY, beijing_day
from landreg.exchange.bidding.rules.announcing import deposits_from, offered_as
from landreg.exchange.bidding.rules.entering import return_by
from landreg.exchange.market.index import LEAST, median, medians_of_others
from landreg.law.book import Law
from landreg.law.queries import load_laws

_TOWNSHIP = 9

# Of the events of a listing its first publication, and what then ended it; of its deals the one that stands.
_SALES = """
    SELECT l.county, l.listing_id, l.number, l.village, l.unit, exchange.floor_kept_of_ended(l.county, l.listing_id) AS floor,
        l.area_m2, l.closes_on,
        p.by_id::text AS operator, p.at AS published_at,
        (SELECT min(e.at) FROM exchange.listing_event AS e WHERE e.county = l.county AND e.listing_id = l.listing_id
            AND e.kind = 'dealt') AS dealt_at,
        coalesce(d.taker_id::text, '') AS winner, d.price
    FROM exchange.listing AS l
    JOIN LATERAL (SELECT e.by_id, e.at FROM exchange.listing_event AS e WHERE e.county = l.county
        AND e.listing_id = l.listing_id AND e.kind = 'published' ORDER BY e.at LIMIT 1) AS p ON true
    LEFT JOIN LATERAL (SELECT x.taker_id, x.price FROM exchange.deal AS x WHERE x.county = l.county
        AND x.listing_id = l.listing_id AND NOT EXISTS (
            SELECT FROM exchange.deal_fall AS f WHERE f.county = x.county AND f.deal_id = x.deal_id)
        ORDER BY x.decided_at DESC LIMIT 1) AS d ON true
    WHERE l.village >= :within AND l.village < :past AND p.at >= :since AND p.at < :until
    ORDER BY l.county, l.number
"""
# What each taker would have given at most, in each round of a sale, and in talks, which go with the last round (NULL); of a bid
# that is still sealed nobody knows.
_ENTRIES = """
    SELECT x.county, x.listing_id, x.round, x.taker_id::text AS taker, max(x.price) AS price FROM (
        SELECT s.county, s.listing_id, nullif(s.round, s.last) AS round, e.taker_id, b.price FROM (
            SELECT n.county, n.listing_id, n.sale_id, n.round, max(n.round) OVER (PARTITION BY n.county, n.listing_id) AS last
            FROM exchange.sale AS n WHERE n.listing_id = ANY (:listings)) AS s
        JOIN exchange.entrant AS e ON e.county = s.county AND e.sale_id = s.sale_id
        LEFT JOIN LATERAL (
            SELECT b.price FROM exchange.bid AS b WHERE b.county = e.county AND b.entrant_id = e.entrant_id UNION ALL
            SELECT o.price FROM exchange.opened_bid AS o WHERE o.county = e.county AND o.entrant_id = e.entrant_id) AS b ON true
        UNION ALL
        SELECT o.county, o.listing_id, NULL, o.taker_id, o.price FROM exchange.offer AS o
        WHERE o.side = 'taker' AND o.kind IN ('offer', 'counter') AND o.listing_id = ANY (:listings)
    ) AS x GROUP BY x.county, x.listing_id, x.round, x.taker_id
"""
# Windows whose days are over, of terms that were told anew the last, on which the deal rests.
# While one runs, households are still told; what is brought later shows nothing of its days. Who claims was told. One that ended
# with its listing had nobody to be told any more.
_WINDOWS = """
    SELECT l.number, p.by::text AS operator,
        (SELECT count(*) FROM exchange.priority_notice AS n WHERE n.county = p.county AND n.priority_id = p.priority_id)
            AS households,
        (SELECT count(DISTINCT t.household_id) FROM (
            SELECT x.household_id, x.at FROM exchange.priority_told AS x
                WHERE x.county = p.county AND x.priority_id = p.priority_id
            UNION ALL SELECT c.household_id, c.at FROM exchange.priority_claim AS c
                WHERE c.county = p.county AND c.priority_id = p.priority_id) AS t
            WHERE (t.at AT TIME ZONE 'Asia/Shanghai')::date <= p.last_day) AS told,
        EXISTS (SELECT FROM exchange.priority_told AS t WHERE t.county = p.county AND t.priority_id = p.priority_id
            AND t.way = 'posted' AND (t.at AT TIME ZONE 'Asia/Shanghai')::date <= p.last_day) AS posted
    FROM exchange.priority AS p JOIN exchange.listing AS l ON l.county = p.county AND l.listing_id = p.listing_id
    WHERE p.village >= :within AND p.village < :past AND p.at >= :since AND p.at < :until
        AND p.last_day < (system.clock() AT TIME ZONE 'Asia/Shanghai')::date
        AND NOT EXISTS (SELECT FROM exchange.priority AS n WHERE n.county = p.county AND n.listing_id = p.listing_id
            AND n.taker_id = p.taker_id AND n.price = p.price AND n.at > p.at)
        AND NOT EXISTS (SELECT FROM exchange.listing_event AS e WHERE e.county = p.county AND e.listing_id = p.listing_id
            AND e.kind IN ('withdrawn', 'expired', 'failed') AND e.at >= p.at
            AND (e.at AT TIME ZONE 'Asia/Shanghai')::date <= p.last_day)
    ORDER BY l.number
"""
_ROUNDS = """
    SELECT l.number, s.set_by::text AS by, EXISTS (SELECT FROM exchange.sale_event AS e
        WHERE e.county = s.county AND e.sale_id = s.sale_id AND e.kind = 'cancelled') AS nothing
    FROM exchange.sale AS s JOIN exchange.listing AS l ON l.county = s.county AND l.listing_id = s.listing_id
    WHERE s.village >= :within AND s.village < :past AND s.set_at >= :since AND s.set_at < :until
    ORDER BY l.number, s.round
"""
# Sales that somebody has bid for, called off by who did that, or held by who set them up.
_STOPPED = """
    SELECT l.number, coalesce(v.by, s.set_by)::text AS by, v.by IS NOT NULL AS nothing
    FROM exchange.sale AS s JOIN exchange.listing AS l ON l.county = s.county AND l.listing_id = s.listing_id
    JOIN exchange.sale_clock AS c ON c.county = s.county AND c.sale_id = s.sale_id AND c.seq > 0
    LEFT JOIN exchange.sale_event AS v ON v.county = s.county AND v.sale_id = s.sale_id AND v.kind = 'cancelled'
    WHERE s.village >= :within AND s.village < :past AND s.set_at >= :since AND s.set_at < :until
    ORDER BY l.number, s.round
"""
# Deposits that were to go back within the time, and the day on which each went; those that were kept are none of them.
_RETURNS = """
    SELECT l.number, s.set_by::text AS by, f.since, gone.on_day
    FROM exchange.sale AS s JOIN exchange.listing AS l ON l.county = s.county AND l.listing_id = s.listing_id
    JOIN exchange.entrant AS e ON e.county = s.county AND e.sale_id = s.sale_id
    CROSS JOIN LATERAL (SELECT exchange.deposit_free_since(e.county, e.entrant_id) AS since) AS f
    LEFT JOIN exchange.deposit AS gone ON gone.county = e.county AND gone.entrant_id = e.entrant_id
        AND gone.kind NOT IN ('paid', 'credited') AND NOT EXISTS (SELECT FROM exchange.correction AS v
            WHERE v.county = gone.county AND v.record_id = gone.deposit_id)
    WHERE s.village >= :within AND s.village < :past AND f.since >= :first AND f.since < :last AND s.set_at < :until
        AND s.set_at >= CAST(:since AS timestamptz) - interval '1 year' AND gone.kind IS DISTINCT FROM 'kept'
    ORDER BY l.number, e.entrant_id
"""
# Deposits that came for sales set up within the time, those that were struck after the close by who struck them.
_STRUCK = """
    SELECT l.number, coalesce(v.by, d.by)::text AS by, v.record_id IS NOT NULL AS nothing
    FROM exchange.deposit AS d JOIN exchange.sale AS s ON s.county = d.county AND s.sale_id = d.sale_id
    JOIN exchange.listing AS l ON l.county = s.county AND l.listing_id = s.listing_id
    LEFT JOIN exchange.correction AS v ON v.county = d.county AND v.record_id = d.deposit_id AND EXISTS (
        SELECT FROM exchange.deposit_doubt AS q WHERE q.county = d.county AND q.deposit_id = d.deposit_id AND q.kind = 'asked')
    WHERE d.kind = 'paid' AND s.village >= :within AND s.village < :past AND s.set_at >= :since AND s.set_at < :until
    ORDER BY l.number, d.entrant_id, d.at
"""
# Returns of deposits of sales set up within the time, those that their bidder says did not come.
_UNRECEIVED = """
    SELECT l.number, d.by::text AS by, EXISTS (
        SELECT FROM exchange.deposit_doubt AS q WHERE q.county = d.county AND q.deposit_id = d.deposit_id AND q.kind = 'missing'
        ) AS nothing
    FROM exchange.deposit AS d JOIN exchange.sale AS s ON s.county = d.county AND s.sale_id = d.sale_id
    JOIN exchange.listing AS l ON l.county = s.county AND l.listing_id = s.listing_id
    WHERE d.kind = 'returned' AND s.village >= :within AND s.village < :past AND s.set_at >= :since AND s.set_at < :until
    ORDER BY l.number, d.entrant_id, d.at
"""
# Whose turn came: who was passed over, and the deals, by the officer.
_TURNS = """
    SELECT l.number, x.by::text AS by, x.nothing FROM (
        SELECT d.county, d.listing_id, d.village, d.decided_by AS by, d.decided_at AS at, false AS nothing FROM exchange.deal AS d
        UNION ALL
        SELECT p.county, p.listing_id, p.village, p.by, p.at, true FROM exchange.passed_over AS p) AS x
    JOIN exchange.listing AS l ON l.county = x.county AND l.listing_id = x.listing_id
    WHERE x.village >= :within AND x.village < :past AND x.at >= :since AND x.at < :until ORDER BY l.number, x.at
"""
# What changes or renews a contract of a deal, signed within the time, and whether its price or its yearly rise lies below that.
_FOLLOWED = """
    SELECT c.number, c.drawn_by::text AS by,
        (c.price < p.price AND c.unit = p.unit) OR c.escalator_percent < p.escalator_percent AS nothing
    FROM exchange.contract AS c
    JOIN exchange.contract AS p ON p.county = c.county AND p.contract_id = c.previous_id
    JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'signed'
    WHERE c.relation IN ('change', 'renewal') AND c.village >= :within AND c.village < :past AND e.at >= :since AND e.at < :until
        AND EXISTS (WITH RECURSIVE up AS (
            SELECT p.deal_id, p.previous_id UNION ALL
            SELECT b.deal_id, b.previous_id FROM exchange.contract AS b JOIN up ON b.contract_id = up.previous_id
            WHERE b.county = c.county) SELECT FROM up WHERE up.deal_id IS NOT NULL)
    ORDER BY c.number
"""
# Sales of a collective's land that were set up within the time and not called off, once nobody can enter any more.
_ANNOUNCED = """
    SELECT l.number, l.source, l.kind, s.set_by::text AS by, s.set_at, s.deposit_by, c.entrants
    FROM exchange.sale AS s JOIN exchange.listing AS l ON l.county = s.county AND l.listing_id = s.listing_id
    JOIN exchange.sale_clock AS c ON c.county = s.county AND c.sale_id = s.sale_id
    WHERE l.source = 'collective' AND s.village >= :within AND s.village < :past AND s.set_at >= :since AND s.set_at < :until
        AND s.deposit_by < system.clock() AND NOT EXISTS (SELECT FROM exchange.sale_event AS e
            WHERE e.county = s.county AND e.sale_id = s.sale_id AND e.kind = 'cancelled')
    ORDER BY l.number, s.round
"""
_DEALS = """
    SELECT l.number, d.taker_id::text AS by, EXISTS (SELECT FROM exchange.deal_fall AS f
        WHERE f.county = d.county AND f.deal_id = d.deal_id
          AND coalesce(f.given_up_by, '') NOT IN ('contractor', 'nobody')) AS nothing
    FROM exchange.deal AS d JOIN exchange.listing AS l ON l.county = d.county AND l.listing_id = d.listing_id
    WHERE d.village >= :within AND d.village < :past AND d.decided_at >= :since AND d.decided_at < :until
    ORDER BY l.number, d.decided_at
"""
# A household that has an agent bid ten times chose the agent once. What an act is of begins with its number, where it has one.
_ACTS = """
    SELECT a.agent_id::text AS agent, a.step, a.household_id::text AS household,
        array_agg(DISTINCT CASE a.step WHEN 'sign' THEN a.subject ELSE substring(a.subject FROM '^[0-9]{6}-[^ ]+') END) AS numbers
    FROM access.agent_act AS a
    WHERE a.village >= :within AND a.village < :past AND a.done_at >= :since AND a.done_at < :until AND a.step = ANY (:steps)
    GROUP BY a.agent_id, a.step, a.household_id ORDER BY 1, 2, 3
"""
_TAKERS = """
    SELECT t.taker_id::text AS taker, t.kind, t.name, t.account_id, t.contact, t.household_id FROM exchange.taker AS t
    WHERE t.taker_id = ANY (:takers)
"""


@dataclass(frozen=True)
class Read:
    """A market, and the names by which its takers are told, a person's masked."""

    market: Market
    names: Mapping[str, str]


def market(session: Session, within: str, since: datetime, until: datetime, law: Law) -> Read:
    """What was published in a division from one instant to another. law: of the day of the look."""
    due = law.days("LST-18.publication_days", "least")
    where = {"within": within, "past": f"{within}~", "since": since, "until": until}
    rows = session.execute(sa.text(_SALES), where).all()
    ids = [row.listing_id for row in rows]
    found: dict[UUID, list[Any]] = defaultdict(list)
    for entry in session.execute(sa.text(_ENTRIES), {"listings": ids}):
        found[entry.listing_id].append(entry)
    rounds, deals, struck, turns, followed, stopped, unreceived = (
        tuple(Marked(one.by, one.number, one.nothing) for one in session.execute(sa.text(asked), where))
        for asked in (_ROUNDS, _DEALS, _STRUCK, _TURNS, _FOLLOWED, _STOPPED, _UNRECEIVED)
    )
    acts = tuple(
        Acting(one.agent, one.step, one.household, tuple(number for number in one.numbers if number))
        for one in session.execute(sa.text(_ACTS), {**where, "steps": list(AGENT_STEPS)})
    )
    takers = {one.taker for entries in found.values() for one in entries} | {row.winner for row in rows if row.winner}
    takers |= {one.by for one in deals}
    known = {row.taker: row for row in session.execute(sa.text(_TAKERS), {"takers": [UUID(one) for one in takers]})}
    indices = _indices(rows)
    marks = {taker: _marks(row) for taker, row in known.items()}
    sales = tuple(_sale(row, found[row.listing_id], marks, indices.get(row.listing_id), due) for row in rows)
    windows = tuple(
        Window(one.number, one.operator, one.households, one.households if one.posted else one.told)
        for one in session.execute(sa.text(_WINDOWS), where)
    )
    names = {taker: masked_name(row.name) if row.kind == "person" else row.name for taker, row in known.items()}
    returns, announced = _returns(session, where, law), _announced(session, where, law)
    return Read(
        Market(sales, windows, rounds, returns, deals, acts, struck, turns, followed, announced, stopped, unreceived),
        names,
    )


def _returns(session: Session, where: Mapping[str, Any], law: Law) -> tuple[Marked, ...]:
    """Deposits that were to go back, and whether they went after their day, by the law of that on which they became free, or have
    not gone though it is over. law: of the day of the look.
    """
    days = {"first": beijing_day(where["since"]), "last": beijing_day(where["until"])}
    found = session.execute(sa.text(_RETURNS), {**where, **days}).all()
    laws = load_laws(session, law.county, {one.since for one in found})
    return tuple(
        Marked(one.by, one.number, return_by(one.since, laws[one.since]) < (one.on_day or law.on)) for one in found
    )


def _announced(session: Session, where: Mapping[str, Any], law: Law) -> tuple[Marked, ...]:
    """Sales of a collective's land, and whether their notice was shorter than the figure of the day on which each was set up, or
    hardly longer and one taker alone came.
    """
    found = session.execute(sa.text(_ANNOUNCED), where).all()
    laws = load_laws(session, law.county, {beijing_day(one.set_at) for one in found})

    def hardly(one: Any) -> bool:
        day, offered = beijing_day(one.set_at), offered_as(one.source, one.kind)
        due = deposits_from(day, offered, laws[day])
        return day < due and beijing_day(one.deposit_by) < due + (DAY * 2 if one.entrants == 1 else DAY * 0)

    return tuple(Marked(one.by, one.number, hardly(one)) for one in found)


def _sale(
    row: Any, entries: Sequence[Any], marks: Mapping[str, frozenset[tuple[str, str]]], index: Decimal | None,
    due: int,
) -> Sale:  # fmt: skip
    rounds: dict[int | None, dict[str, Entry]] = defaultdict(dict)
    for one in entries:
        rounds[one.round][one.taker] = Entry(one.taker, one.price, marks.get(one.taker, frozenset()))
    last = rounds.pop(None, {})
    if row.winner and row.winner not in last:
        last[row.winner] = Entry(row.winner, row.price, marks.get(row.winner, frozenset()))
    published = beijing_day(row.published_at)
    ended = row.closes_on if row.dealt_at is None else min(row.closes_on, beijing_day(row.dealt_at))
    return Sale(
        number=row.number, village=row.village, operator=row.operator, winner=row.winner,
        price=row.price if row.unit == "yuan_mu_year" else None, floor=row.floor, index=index,
        days=(ended - published).days, due=due, entries=_sorted(last),
        earlier=tuple(_sorted(rounds[one]) for one in sorted(rounds, key=lambda of: of or 0)),
    )  # fmt: skip


def _sorted(known: Mapping[str, Entry]) -> tuple[Entry, ...]:
    return tuple(known[taker] for taker in sorted(known))


def _indices(rows: Sequence[Any]) -> dict[UUID, Decimal]:
    """By listing: the middle price of the other deals in its township, weighted by area; none where they are too few to tell.

    The deals of a township are put in order once, whatever their number.
    """
    deals: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if row.price is not None and row.unit == "yuan_mu_year":
            deals[row.village[:_TOWNSHIP]].append(row)
    found: dict[UUID, Decimal] = {}
    for those in deals.values():
        if len(those) > LEAST:
            middles = medians_of_others([(one.price, one.area_m2) for one in those])
            found |= dict(zip((one.listing_id for one in those), middles, strict=True))
    told = {
        township: median((one.price, one.area_m2) for one in those)
        for township, those in deals.items()
        if len(those) >= LEAST
    }
    dealt = {one.listing_id for those in deals.values() for one in those}
    without = [row for row in rows if row.listing_id not in dealt and row.village[:_TOWNSHIP] in told]
    return found | {row.listing_id: told[row.village[:_TOWNSHIP]] for row in without}


def _marks(row: Any) -> frozenset[tuple[str, str]]:
    """What two takers may share, as digests: the watch compares, and shows nobody's number."""
    said = {
        "account": str(row.account_id or ""),
        "contact": "".join(sign for sign in row.contact if sign.isalnum()),
        "household": str(row.household_id or ""),
    }
    return frozenset((kind, hashlib.sha256(text.encode()).hexdigest()) for kind, text in said.items() if text)
