"""0064 A citizen's login tells the log of what it has just written of the market, and of nothing else there; a household is
told who offers for its land.

0063 let it tell of any village, since takers are of other villages than the land; 0003 had let it tell of its own, whatever the
kind. A leaf without its row the recheck would find, but later: what the login has no row for it cannot say at all.
"""

from __future__ import annotations

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

# By kind of entry: the table, the column that is the entry's key, and what else the row must be. All that the desk of
# citizens writes: listings, a taker's own row, what is said and bid, notices read and claimed, papers, deals given up,
# signatures, words.
_WRITTEN = (
    ("listed", "listing", "number", ""),
    ("submitted", "listing_event", "event_id", "AND x.kind = 'submitted'"),
    ("withdrawn", "listing_event", "event_id", "AND x.kind = 'withdrawn'"),
    ("taker", "taker", "taker_id", ""),
    ("entrant", "entrant", "entrant_id", ""),
    ("sealed_bid", "sealed_bid", "sealed_id", ""),
    ("offer", "offer", "offer_id", ""),
    ("priority_told", "priority_told", "told_id", ""),
    ("priority_claim", "priority_claim", "claim_id", ""),
    ("qualification", "qualification", "qualification_id", ""),
    ("deal_fell", "deal_fall", "deal_id", ""),
    ("contract_step", "contract_event", "event_id", ""),
    ("project_word", "project_word", "word_id", ""),
)
_UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


def upgrade() -> None:
    op.execute(f"""
        CREATE FUNCTION exchange.has_just_written(in_county text, in_village text, kind text, key text) RETURNS boolean
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT CASE WHEN kind <> 'exchange.listed' AND key !~ '{_UUID}' THEN false {_whens()} ELSE false END
        $$;
        REVOKE ALL ON FUNCTION exchange.has_just_written(text, text, text, text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.has_just_written(text, text, text, text) TO landreg_citizen;
        -- Its rows have policies of their own, so that who may write the row may tell of it, where the land lies.
        CREATE POLICY tells_what_it_wrote ON log.entry AS RESTRICTIVE FOR INSERT TO landreg_citizen
            WITH CHECK (kind < 'exchange.' OR kind >= 'exchange/'
                OR exchange.has_just_written(county::text, village::text, kind, key));
        -- Who offers for the household's own land: the account's name, which a word bears, is not always the taker's.
        CREATE FUNCTION exchange.who_offer(in_county text) RETURNS TABLE (taker_id uuid, kind text, name text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT DISTINCT t.taker_id, t.kind, t.name
            FROM exchange.listing AS l
            JOIN exchange.offer AS o ON o.county = l.county AND o.listing_id = l.listing_id
            JOIN exchange.taker AS t ON t.county = o.county AND t.taker_id = o.taker_id
            WHERE l.county = in_county::char(6) AND l.household_id = access.household()
                AND access.stands_for(l.household_id, ARRAY['list', 'view', 'answer'])
        $$;
        REVOKE ALL ON FUNCTION exchange.who_offer(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.who_offer(text) TO landreg_citizen;
    """)


def _whens() -> str:
    return " ".join(
        f"WHEN kind = 'exchange.{kind}' THEN EXISTS (SELECT FROM exchange.{table} AS x WHERE x.county = in_county::char(6) "
        f"AND x.{column} = key{'' if column == 'number' else '::uuid'} AND x.village = in_village {more} "
        "AND x.xmin = pg_current_xact_id()::xid)"
        for kind, table, column, more in _WRITTEN
    )


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
