"""0034 A look over the wall is announced first: by a leaf of its own that is committed, so that rolling a look back hides none."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        GRANT SELECT (county, village, kind, leaf, staged_at, made_in) ON log.entry TO landreg_watch;
        GRANT EXECUTE ON FUNCTION identity.stands(xid8) TO landreg_watch;
        GRANT CREATE ON SCHEMA audit TO landreg_watch;
        -- Exits applied for in a month, in a division, each with the days of settlements that may be its household's, and who
        -- decided them. Nothing is opened, and no digest is common to the sides: what fits is the village, and the three and two
        -- signs that a masked number keeps, of which a village has many. Of a settlement no number and no name comes back.
        CREATE OR REPLACE FUNCTION audit.exits_near_settlements(month date, division text) RETURNS TABLE (
            village text, number text, county text, case_id uuid, officer uuid, buyer text, reason text, applied_on date,
            settled_on date[], settled_by uuid[])
            LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        #variable_conflict use_column
        DECLARE
            now_here timestamptz := system.clock();
            asked date := date_trunc('month', exits_near_settlements.month)::date;
            within text := exits_near_settlements.division;
            entry_id uuid := gen_random_uuid();
        BEGIN
            IF asked IS NULL OR within IS NULL OR within !~ '^[0-9]{4,12}$' OR access.actor() IS NULL THEN
                RAISE EXCEPTION 'a month, a division and who asks' USING ERRCODE = 'invalid_parameter_value';
            END IF;
            IF NOT EXISTS (
                SELECT FROM log.entry AS e
                WHERE e.county = rpad(left(within, 6), 6, '0')::char(6) AND e.kind = 'audit.watch_announced' AND e.village = within
                  AND e.staged_at BETWEEN now_here - interval '2 minutes' AND now_here
                  AND convert_from(e.leaf, 'UTF8')::jsonb -> 'facts' = jsonb_build_object(
                      'by', access.actor()::text, 'month', to_char(asked, 'YYYY-MM-DD'), 'within', within)
                  AND identity.stands(e.made_in)) THEN
                RAISE EXCEPTION 'a look is announced in the log first' USING ERRCODE = 'insufficient_privilege';
            END IF;
            -- Refused by the log's own policy for a division outside the jurisdiction.
            INSERT INTO log.entry (county, id, village, kind, key, leaf, salts, staged_at) VALUES (
                rpad(left(within, 6), 6, '0'), entry_id, within, 'audit.watched', entry_id::text,
                convert_to(format(
                    '{"at":"%s","facts":{"by":"%s","month":"%s","within":"%s"},"format":"landreg-leaf/1","key":"%s",'
                    '"kind":"audit.watched","personal":{}}',
                    to_char(now_here AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), access.actor(),
                    to_char(asked, 'YYYY-MM-DD'), within, entry_id), 'UTF8'), '{}', now_here);
            RETURN QUERY
            WITH given AS (
                SELECT x.county, x.village, x.number, x.case_id, x.household_id, x.opened_by AS officer,
                    coalesce(a.payer, x.taker_id::text, '') AS buyer, x.reason, x.opened_at AS at
                FROM exit.exit AS x LEFT JOIN exit.agreement AS a ON a.county = x.county AND a.exit_id = x.exit_id
                UNION ALL
                SELECT c.county, c.village, c.number, c.case_id, (
                        SELECT r.household_id FROM registry."right" AS r
                        WHERE r.county = c.county AND r.right_id = ANY (c.right_ids) LIMIT 1),
                    c.accepted_by, '', 'returned', c.accepted_at
                FROM registry."case" AS c
                WHERE c.act_kind = 'cancellation' AND c.request ->> 'reason' = 'returned' AND c.accepted_at IS NOT NULL
            ), of_month AS (
                SELECT g.*, (g.at AT TIME ZONE 'Asia/Shanghai')::date AS on_day FROM given AS g
                WHERE g.village >= within AND g.village < within || '~'
                  AND g.at >= asked::timestamp AT TIME ZONE 'Asia/Shanghai'
                  AND g.at < (asked + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai'
            )
            SELECT m.village, m.number, m.county::text, m.case_id, m.officer, m.buyer, m.reason, m.on_day,
                coalesce(near.days, '{}'), coalesce(near.deciders, '{}')
            FROM of_month AS m CROSS JOIN LATERAL (
                SELECT array_agg(s.decided_on ORDER BY s.decided_on, s.application_id) AS days,
                       array_agg(s.decided_by ORDER BY s.decided_on, s.application_id) AS deciders
                FROM settlement.application AS s
                WHERE s.outcome = 'settled' AND s.decided_on >= asked - 62 AND s.decided_on < asked + 93
                  AND length(s.village) >= 9 AND s.village = left(m.village, length(s.village))
                  AND EXISTS (
                      SELECT FROM settlement.person AS p
                      JOIN identity.person AS one ON one.id_masked = p.id_masked
                      JOIN party.member AS member ON member.person_id = one.person_id
                      WHERE p.county = s.county AND p.application_id = s.application_id
                        AND member.county = m.county AND member.household_id = m.household_id AND member.recorded @> m.at)
            ) AS near
            ORDER BY m.village, m.on_day, m.number;
        END $$;
        REVOKE CREATE ON SCHEMA audit FROM landreg_watch;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
