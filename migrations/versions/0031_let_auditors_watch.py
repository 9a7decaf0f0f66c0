"""0031 The watch: the one function that reads both sides of the wall, for the auditor alone; leaves and counters stay apart.

`landreg db init` makes the role that owns the function, and takes from everybody what the server tells of others.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- A window adds leaves of its own kinds. Any other key would be a question: the log refuses one that is there already.
        CREATE POLICY settlement_says_its_own ON log.entry AS RESTRICTIVE FOR INSERT TO landreg_settlement
            WITH CHECK ((kind >= 'settlement.' AND kind < 'settlement/') OR (kind >= 'account.' AND kind < 'account/'));
        CREATE POLICY settlement_says_it_alone ON log.entry AS RESTRICTIVE FOR INSERT
            TO landreg_registry, landreg_exchange, landreg_citizen WITH CHECK (kind < 'settlement.' OR kind >= 'settlement/');

        -- Counters of attempts are shared by processes, not by the two sides: neither counts, reads or clears the other's.
        CREATE FUNCTION access.own_counter(counter text) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
            SELECT left(CASE session_user WHEN 'landreg_settlement' THEN 'settlement/' ELSE 'desk/' END || counter, 300)
        $$;
        REVOKE ALL ON FUNCTION access.own_counter(text) FROM PUBLIC;
        CREATE OR REPLACE FUNCTION access.count_attempt(counter text, seconds integer, amount integer) RETURNS integer
            LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
            INSERT INTO access.attempt AS a
                VALUES (access.own_counter(counter), amount, clock_timestamp() + make_interval(secs => seconds))
            ON CONFLICT (name) DO UPDATE SET
                count = CASE WHEN a.until < clock_timestamp() THEN excluded.count ELSE a.count + excluded.count END,
                until = CASE WHEN a.until < clock_timestamp() THEN excluded.until ELSE a.until END
            RETURNING count
        $$;
        CREATE OR REPLACE FUNCTION access.attempts(counter text, OUT count integer, OUT until timestamptz)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT a.count, a.until FROM access.attempt AS a
            WHERE a.name = access.own_counter(counter) AND a.until >= clock_timestamp()
        $$;
        CREATE OR REPLACE FUNCTION access.forget_attempts(counter text) RETURNS void
            LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
            DELETE FROM access.attempt WHERE name = access.own_counter(counter);
            DELETE FROM access.attempt WHERE name IN (
                SELECT name FROM access.attempt WHERE until < clock_timestamp() ORDER BY until LIMIT 100 FOR UPDATE SKIP LOCKED)
        $$;
    """)
    # So that the wall's report says how far the schema is, whoever asks.
    op.execute("GRANT SELECT ON public.alembic_version TO landreg_auditor")
    _watcher()
    _bridge()


def _watcher() -> None:
    inside = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"
    op.execute(f"""
        -- What the function needs, column by column. No digest, nothing sealed, no salt.
        GRANT USAGE ON SCHEMA settlement, exit, registry, party, identity, access, system, log TO landreg_watch;
        GRANT SELECT (county, application_id, village, outcome, decided_on, decided_by) ON settlement.application TO landreg_watch;
        GRANT SELECT (county, application_id, id_masked) ON settlement.person TO landreg_watch;
        GRANT SELECT (county, village, exit_id, number, case_id, household_id, reason, opened_by, opened_at, taker_id)
            ON exit.exit TO landreg_watch;
        GRANT SELECT (county, village, exit_id, payer) ON exit.agreement TO landreg_watch;
        GRANT SELECT (county, village, case_id, number, act_kind, state, request, right_ids, accepted_at, accepted_by)
            ON registry."case" TO landreg_watch;
        GRANT SELECT (county, village, right_id, household_id, recorded) ON registry."right" TO landreg_watch;
        GRANT SELECT (county, village, household_id, person_id, recorded) ON party.member TO landreg_watch;
        GRANT SELECT (person_id, id_masked) ON identity.person TO landreg_watch;
        GRANT INSERT (county, id, village, kind, key, leaf, salts, staged_at),
            SELECT (county, village, kind, leaf, staged_at, made_in) ON log.entry TO landreg_watch;
        GRANT EXECUTE ON FUNCTION access.jurisdiction_from(), access.jurisdiction_to(), access.actor(), system.clock(),
            identity.stands(xid8) TO landreg_watch;

        CREATE POLICY watched ON settlement.application FOR SELECT TO landreg_watch USING ({inside});
        CREATE POLICY watched ON settlement.person FOR SELECT TO landreg_watch USING (EXISTS (
            SELECT FROM settlement.application AS a WHERE a.county = person.county AND a.application_id = person.application_id));
        CREATE POLICY watched ON exit.exit FOR SELECT TO landreg_watch USING ({inside});
        CREATE POLICY watched ON exit.agreement FOR SELECT TO landreg_watch USING ({inside});
    """)


def _bridge() -> None:
    op.execute("""
        -- Exits applied for in a month, in a division, each with the days of settlements that may be its household's, and who
        -- decided them. Nothing is opened, and no digest is common to the sides: what fits is the village, and the three and two
        -- signs that a masked number keeps, of which a village has many. Of a settlement no number and no name comes back.
        -- A look is announced first, by a leaf that is committed, so that rolling it back hides none.
        CREATE FUNCTION audit.exits_near_settlements(month date, division text) RETURNS TABLE (
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
        REVOKE ALL ON FUNCTION audit.exits_near_settlements(date, text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION audit.exits_near_settlements(date, text) TO landreg_auditor;
        GRANT CREATE ON SCHEMA audit TO landreg_watch;
        ALTER FUNCTION audit.exits_near_settlements(date, text) OWNER TO landreg_watch;
        REVOKE CREATE ON SCHEMA audit FROM landreg_watch;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
