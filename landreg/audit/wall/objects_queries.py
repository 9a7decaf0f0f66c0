"""What reaches across: keys, views, rules, triggers, functions, policies, dependencies, and the one bridge there may be."""

from __future__ import annotations

from landreg.audit.wall.catalog_queries import LAND_SAID, SETTLEMENT_SAID, Check

BRIDGE = "audit.exits_near_settlements(date,text)"
# Where every object of ours stands, whatever kind it is: the catalog's dependencies are between such.
PLACED = """placed AS (
    SELECT 'pg_class'::regclass AS classid, c.oid AS objid, s.side FROM pg_class AS c JOIN schema AS s ON s.oid = c.relnamespace
    UNION ALL SELECT 'pg_proc'::regclass, p.oid, s.side FROM pg_proc AS p JOIN schema AS s ON s.oid = p.pronamespace
    UNION ALL SELECT 'pg_type'::regclass, t.oid, s.side FROM pg_type AS t JOIN schema AS s ON s.oid = t.typnamespace
    UNION ALL SELECT 'pg_constraint'::regclass, c.oid, s.side FROM pg_constraint AS c JOIN schema AS s ON s.oid = c.connamespace
    UNION ALL SELECT 'pg_rewrite'::regclass, r.oid, o.side FROM pg_rewrite AS r JOIN ours AS o ON o.oid = r.ev_class
    UNION ALL SELECT 'pg_trigger'::regclass, t.oid, o.side FROM pg_trigger AS t JOIN ours AS o ON o.oid = t.tgrelid
    UNION ALL SELECT 'pg_policy'::regclass, p.oid, o.side FROM pg_policy AS p JOIN ours AS o ON o.oid = p.polrelid
    UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, o.side FROM pg_attrdef AS d JOIN ours AS o ON o.oid = d.adrelid
)"""

CHECKS = (
    Check(
        "foreign_keys",
        "没有外键跨越两侧，落户登录可写的表也没有外键指向土地",
        "no foreign key crosses, and none leads to land from a table that the settlement login writes",
        """SELECT format('%%s on %%s', c.conname, c.conrelid::regclass) FROM pg_constraint AS c
           JOIN ours AS a ON a.oid = c.conrelid JOIN ours AS b ON b.oid = c.confrelid
           WHERE (a.side = 'settlement') <> (b.side = 'settlement') OR (b.side = 'land' AND a.side = ''
             AND has_any_column_privilege('landreg_settlement', a.oid, 'INSERT, UPDATE'))""",
    ),
    Check(
        "dependencies",
        "目录中没有任何对象依赖另一侧的对象（视图、默认值、类型、约束、继承、策略）",
        "nothing of one side depends on anything of the other: view, default, type, constraint, heir or policy",
        f""", {PLACED} SELECT format('%%s on %%s', pg_describe_object(d.classid, d.objid, d.objsubid),
                                     pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid))
            FROM pg_depend AS d JOIN placed AS a ON (a.classid, a.objid) = (d.classid, d.objid)
            JOIN placed AS b ON (b.classid, b.objid) = (d.refclassid, d.refobjid)
            WHERE (a.side, b.side) IN (('settlement', 'land'), ('land', 'settlement'))""",
    ),
    Check(
        "views",
        "没有视图以所有者的身份绕过行级策略，没有物化视图",
        "no view looks past a policy with its owner's eyes, and none is materialised",
        """SELECT ours.oid::regclass FROM ours JOIN pg_class AS c ON c.oid = ours.oid
           WHERE ours.kind = 'm'
              OR (ours.kind = 'v' AND NOT coalesce(c.reloptions, '{}') @> '{security_invoker=true}')""",
    ),
    Check(
        "views_apart",
        "没有视图同时引用两侧，也没有共用模式的视图引用任何一侧",
        "no view names both sides, and none in a shared schema names either",
        f"""SELECT ours.oid::regclass FROM ours WHERE kind IN ('v', 'm') AND (
               (side <> 'settlement' AND pg_get_viewdef(oid) ~ {SETTLEMENT_SAID})
               OR (side <> 'land' AND pg_get_viewdef(oid) ~ {LAND_SAID}))""",
    ),
    Check(
        "rules",
        "没有改写规则",
        "no rewrite rule stands on a table",
        """SELECT format('%%s on %%s', r.rulename, r.ev_class::regclass) FROM pg_rewrite AS r
           JOIN ours ON ours.oid = r.ev_class WHERE r.rulename <> '_RETURN'""",
    ),
    Check(
        "triggers",
        "一侧的触发器不提另一侧；落户登录可写的共用表的触发器不提土地",
        "no trigger of one side speaks of the other, nor one on a shared table that the settlement login writes of land",
        f"""SELECT format('%%s on %%s', t.tgname, t.tgrelid::regclass) FROM pg_trigger AS t
           JOIN ours ON ours.oid = t.tgrelid JOIN pg_proc AS p ON p.oid = t.tgfoid JOIN schema AS s ON s.oid = p.pronamespace
           WHERE NOT t.tgisinternal AND (
               (ours.side = 'settlement' AND (s.side = 'land' OR p.prosrc ~ {LAND_SAID}))
               OR (ours.side = 'land' AND (s.side = 'settlement' OR p.prosrc ~ {SETTLEMENT_SAID}))
               OR (ours.side = '' AND has_any_column_privilege('landreg_settlement', ours.oid, 'INSERT, UPDATE')
                   AND (s.side = 'land' OR p.prosrc ~ {LAND_SAID})))""",
    ),
    Check(
        "event_triggers",
        "没有事件触发器",
        "there is no event trigger",
        "SELECT evtname FROM pg_event_trigger",
    ),
    Check(
        "functions",
        "除监督函数外，没有函数同时提到两侧或提到另一侧",
        "no function but the watch's speaks of the other side, or in a shared schema of both",
        f"""SELECT name FROM function WHERE name <> '{BRIDGE}' AND (
               (side <> 'settlement' AND prosrc ~ {SETTLEMENT_SAID} AND (side = 'land' OR prosrc ~ {LAND_SAID}))
               OR (side = 'settlement' AND prosrc ~ {LAND_SAID}))""",
    ),
    Check(
        "called_for_settling",
        "落户登录能调用的以所有者身份运行的函数都不提土地，也不拼接语句",
        "what the settlement login may call with its owner's rights speaks of no land and puts no statement together",
        f"""SELECT name FROM function WHERE prosecdef AND has_function_privilege('landreg_settlement', oid, 'EXECUTE')
           AND (side = 'land' OR prosrc ~ {LAND_SAID} OR prosrc ~* '\\mEXECUTE\\M')""",
    ),
    Check(
        "search_paths",
        "以所有者身份运行的函数都固定搜索路径，且不对所有人开放",
        "functions with their owner's rights fix their search path, and are not everybody's",
        """SELECT name FROM function WHERE prosecdef AND (
               NOT EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting LIKE 'search_path=%%'
                           AND setting NOT LIKE '%%$user%%')
               OR proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) AS g WHERE g.grantee = 0))""",
    ),
    Check(
        "operators",
        "没有自建的运算符、类型转换或不受信的语言",
        "there is no operator or cast of our own, and no language beside SQL and PL/pgSQL",
        """SELECT format('operator %%s', o.oid::regoperator) FROM pg_operator AS o JOIN schema AS s ON s.oid = o.oprnamespace
           WHERE s.name NOT LIKE 'pg\\_%%' AND NOT EXISTS (
               SELECT FROM pg_depend AS d WHERE d.objid = o.oid AND d.deptype = 'e')
           UNION ALL SELECT format('cast %%s to %%s', castsource::regtype, casttarget::regtype) FROM pg_cast AS c
           WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
           UNION ALL SELECT format('language %%s', lanname) FROM pg_language
           WHERE lanname NOT IN ('internal', 'c', 'sql', 'plpgsql')""",
    ),
    Check(
        "policies",
        "一侧的行级策略不提另一侧",
        "no policy of one side, or of a shared table, speaks of the other",
        f"""SELECT format('%%s on %%s', p.polname, p.polrelid::regclass) FROM pg_policy AS p
           JOIN ours ON ours.oid = p.polrelid CROSS JOIN LATERAL (SELECT regexp_replace(concat(
               pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)), '''[^'']*''', '', 'g')) AS e (said)
           WHERE (ours.side <> 'settlement' AND e.said ~ {SETTLEMENT_SAID})
              OR (ours.side = 'settlement' AND e.said ~ {LAND_SAID})""",
    ),
    Check(
        "settlement_policies",
        "落户一侧的表都强制行级策略",
        "every table of the settlement side forces a policy",
        """SELECT ours.oid::regclass FROM ours WHERE side = 'settlement' AND kind IN ('r', 'p')
           AND EXISTS (SELECT FROM column_of AS c WHERE c.attrelid = ours.oid AND c.attname IN ('county', 'village', 'division'))
           AND (NOT forced OR NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = ours.oid))""",
    ),
    Check(
        "names",
        "落户一侧的列名没有土地字样，类型也不来自地图扩展",
        "no column of the settlement side is named after land, and none is of the map's types",
        """SELECT format('%%s.%%s', ours.oid::regclass, c.attname) FROM ours JOIN column_of AS c ON c.attrelid = ours.oid
           JOIN pg_type AS t ON t.oid = c.atttypid JOIN schema AS s ON s.oid = t.typnamespace
           WHERE ours.side = 'settlement' AND (s.name = 'public'
               OR c.attname ~ '(parcel|homestead|land|contract|share|certificate|mu(_|$)|acre)')""",
    ),
    Check(
        "sealed",
        "封存的姓名和证件号不直接向任何登录开放",
        "what is sealed in schema identity is read by no login directly",
        """SELECT format('%%s of %%s to %%s', c.attname, ours.oid::regclass, desk.rolname)
           FROM ours JOIN column_of AS c ON c.attrelid = ours.oid, desk
           WHERE ours.schema = 'identity' AND c.attname IN ('name_sealed', 'id_sealed')
             AND has_column_privilege(desk.oid, ours.oid, c.attnum, 'SELECT')""",
    ),
    Check(
        "bridge",
        "监督函数以监督角色运行，固定搜索路径，只有审计登录可以调用",
        "the watch's function runs as the watch's role, on a fixed search path, called by the auditor's login alone",
        f"""SELECT name FROM function WHERE name = '{BRIDGE}' AND NOT (
               prosecdef AND proowner::regrole::text = 'landreg_watch' AND proconfig @> ARRAY['search_path=pg_catalog, pg_temp']
               AND proacl IS NOT NULL AND NOT EXISTS (SELECT FROM aclexplode(proacl) AS g
                   WHERE g.grantee <> g.grantor AND (g.grantee = 0 OR g.grantee::regrole::text <> 'landreg_auditor'))
               AND EXISTS (SELECT FROM aclexplode(proacl) AS g WHERE g.grantee = 'landreg_auditor'::regrole)
               AND prosrc ~ 'INSERT INTO log\\.entry')
           UNION ALL SELECT 'there is none' WHERE to_regprocedure('{BRIDGE}') IS NULL""",
    ),
    Check(
        "watcher",
        "监督角色不能登录，只读监督函数所需的列，除日志外不写",
        "the watch's role logs in nowhere, reads what its function needs, and writes into the log alone",
        """SELECT 'landreg_watch logs in' FROM pg_roles WHERE rolname = 'landreg_watch' AND rolcanlogin
           UNION ALL SELECT format('%%s', ours.oid::regclass) FROM ours JOIN pg_roles AS r ON r.rolname = 'landreg_watch'
           WHERE has_table_privilege(r.oid, ours.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER')
              OR has_any_column_privilege(r.oid, ours.oid, 'UPDATE, REFERENCES')
              OR (ours.schema || '.' || ours.name <> 'log.entry' AND has_any_column_privilege(r.oid, ours.oid, 'INSERT'))
           UNION ALL SELECT format('%%s.%%s', ours.oid::regclass, c.attname) FROM ours
           JOIN column_of AS c ON c.attrelid = ours.oid JOIN pg_roles AS r ON r.rolname = 'landreg_watch'
           WHERE c.attname ~ '(sealed|digest|salts|said|password|token)'
             AND has_column_privilege(r.oid, ours.oid, c.attnum, 'SELECT')""",
    ),
)
