"""The whole course of a transfer as the log tells it: listing, review, publication, offers or sale, deal, project, contract,
filing, the register's acts, dues; every leaf in its order, by whom.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Row
from sqlalchemy.orm import Session

_EVENTS = {
    "submitted": "exchange.submitted", "returned": "exchange.returned", "published": "exchange.published",
    "objected": "exchange.objected",
    "withdrawn": "exchange.withdrawn", "expired": "exchange.expired", "dealt": "exchange.dealt", "failed": "exchange.failed",
}  # fmt: skip
_OF_SALE = {
    "sale_event": ("event_id", "by_name"), "entrant": ("entrant_id", "by_name"), "deposit": ("deposit_id", "by_name"),
    "sale_stop": ("stop_id", "by_name"), "second_chance": ("chance_id", "by_name"), "deposit_doubt": ("doubt_id", "by_name"),
    "bid": ("bid_id", "plate::text"), "sealed_bid": ("sealed_id", "plate::text"), "opened_bid": ("sealed_id", "by_name"),
}  # fmt: skip
_OF_LISTING = {
    "sale": ("sale_id", "set_by_name"), "offer": ("offer_id", "by_name"), "priority": ("priority_id", "by_name"),
    "passed_over": ("passed_id", "by_name"), "deal": ("deal_id", "decided_by_name"),
}  # fmt: skip
_OF_CONTRACT = (
    ("contract_step", "contract_event", "event_id", "by_name", "x.kind"),
    ("rent_paid", "rent_payment", "payment_id", "recorded_by_name", "''"),
)
_NONE, _GIVEN = "''", "coalesce(array_to_string(x.parcels, '、'), '')"
"""What a step says beside its kind: of an offer and a deal the parcels that are given in an exchange."""
_JOINED = "AS x JOIN head AS h ON x.county = h.county AND x."
_STEPS = " UNION ALL ".join((
    "SELECT 'exchange.listed', x.number, x.listed_by_name, '' FROM exchange.listing " + _JOINED + "listing_id = h.listing_id",
    "SELECT CASE x.kind " + " ".join(f"WHEN '{kind}' THEN '{entry}'" for kind, entry in _EVENTS.items())
    + " END, x.event_id::text, x.by_name, '' FROM exchange.listing_event " + _JOINED + "listing_id = h.listing_id",
    *(f"SELECT 'exchange.{table}', x.{key}::text, x.{who}, {_GIVEN if table in ('offer', 'deal') else _NONE}"
      f" FROM exchange.{table} {_JOINED}listing_id = h.listing_id" for table, (key, who) in _OF_LISTING.items()),
    *(f"SELECT 'exchange.{table}', x.{key}::text, x.{who}, {'x.kind' if table == 'deposit_doubt' else _NONE}"
      f" FROM exchange.{table} AS x JOIN exchange.sale AS s"
      " ON s.county = x.county AND s.sale_id = x.sale_id JOIN head AS h ON h.county = s.county AND h.listing_id = s.listing_id"
      for table, (key, who) in _OF_SALE.items()),
    "SELECT 'exchange.sealed_share', x.sealed_id::text || ':' || x.place, x.by_name, '' FROM exchange.sealed_share AS x"  # noqa: ISC004
    " JOIN exchange.sale AS s ON s.county = x.county AND s.sale_id = x.sale_id"
    " JOIN head AS h ON h.county = s.county AND h.listing_id = s.listing_id",
    "SELECT 'exchange.correction', x.record_id::text, x.by_name, '' FROM exchange.correction AS x"  # noqa: ISC004
    " JOIN exchange.deposit AS d ON d.county = x.county AND d.deposit_id = x.record_id"
    " JOIN exchange.sale AS s ON s.county = d.county AND s.sale_id = d.sale_id"
    " JOIN head AS h ON h.county = s.county AND h.listing_id = s.listing_id",
    "SELECT 'exchange.chance_answer', x.chance_id::text, x.by_name, '' FROM exchange.chance_answer AS x"  # noqa: ISC004
    " JOIN exchange.second_chance AS a ON a.county = x.county AND a.chance_id = x.chance_id"
    " JOIN exchange.sale AS s ON s.county = a.county AND s.sale_id = a.sale_id"
    " JOIN head AS h ON h.county = s.county AND h.listing_id = s.listing_id",
    "SELECT 'exchange.deal_fell', x.deal_id::text, x.by_name, '' FROM exchange.deal_fall AS x JOIN exchange.deal AS d"  # noqa: ISC004
    " ON d.county = x.county AND d.deal_id = x.deal_id JOIN head AS h ON h.county = d.county AND h.listing_id = d.listing_id",
    *(f"SELECT 'exchange.{table}', x.{key}::text, x.by_name, '' FROM exchange.{table} AS x JOIN exchange.priority AS p"
      " ON p.county = x.county AND p.priority_id = x.priority_id"
      " JOIN head AS h ON h.county = p.county AND h.listing_id = p.listing_id"
      for table, key in (("priority_told", "told_id"), ("priority_claim", "claim_id"))),
    "SELECT 'exchange.contract', c.number, c.drawn_by_name, '' FROM contracts AS c",
    "SELECT DISTINCT 'exchange.project', p.number, p.opened_by_name, '' FROM contracts AS c"  # noqa: ISC004
    " JOIN exchange.project AS p ON p.county = c.county AND p.project_id = c.project_id",
    "SELECT 'exchange.project_word', w.word_id::text, w.by_name, '' FROM contracts AS c"  # noqa: ISC004
    " JOIN exchange.project_word AS w ON w.county = c.county AND w.project_id = c.project_id AND w.household_id = c.household_id",
    "SELECT 'act', a.number, a.by_name, '' FROM contracts AS c CROSS JOIN LATERAL exchange.acts_of(c.county, c.contract_id) AS a",
    "SELECT 'exchange.correction', x.record_id::text, x.by_name, '' FROM exchange.correction AS x"  # noqa: ISC004
    " JOIN contracts AS c ON c.county = x.county AND c.contract_id = x.contract_id",
    *(f"SELECT 'exchange.{entry}', x.{key}::text, x.{who}, {step} FROM exchange.{table} AS x"
      " JOIN contracts AS c ON c.county = x.county AND c.contract_id = x.contract_id"
      for entry, table, key, who, step in _OF_CONTRACT),
))  # fmt: skip
_TRACE = f"""
    WITH head AS (
        SELECT l.county, l.listing_id, NULL::uuid AS contract_id FROM exchange.listing AS l WHERE l.number = :number
        UNION ALL SELECT c.county, d.listing_id, c.contract_id FROM exchange.contract AS c
            LEFT JOIN exchange.deal AS d ON d.county = c.county AND d.deal_id = c.deal_id WHERE c.number = :number
    ), contracts AS (
        SELECT c.county, c.contract_id, c.number, c.drawn_by_name, c.project_id, c.household_id
        FROM exchange.contract AS c JOIN head AS h ON h.county = c.county
            AND (h.contract_id = c.contract_id OR EXISTS (SELECT FROM exchange.deal AS d WHERE d.county = c.county
                AND d.deal_id = c.deal_id AND d.listing_id = h.listing_id))
    ), steps (kind, key, who, step) AS ({_STEPS})
    SELECT s.kind, s.key, s.who, s.step, e.staged_at AS at, e.leaf_index AS index,
        count(*) OVER () AS total, count(*) FILTER (WHERE e.staged_at IS NULL) OVER () AS lost FROM steps AS s
    LEFT JOIN log.entry AS e ON e.county = (SELECT min(h.county) FROM head AS h) AND e.kind = s.kind AND e.key = s.key
    ORDER BY e.staged_at NULLS FIRST, e.leaf_index, s.kind, s.key LIMIT :most OFFSET :skip"""
LONG = 100_000
"""As many leaves as a trace holds at most, where a page asks for no fewer."""


def trace(session: Session, number: str, most: int = LONG, skip: int = 0) -> Sequence[Row[Any]]:
    """Leaves of the transfer of which a listing's or contract's number is, in the order of the log; none for another number.

    Columns kind, key (of the leaf), who (of a bid its plate), step (of a contract; of what is said of a deposit; of an exchange the
    parcels that are given), at, index (None until it is sealed; with at None, the log holds none: those come first), total and lost
    of the whole transfer.
    most, skip: a page of them.
    """
    return session.execute(sa.text(_TRACE), {"number": number, "most": most, "skip": skip}).all()
