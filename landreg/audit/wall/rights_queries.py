"""Who may what: logins, what they inherit, what is granted, by default and with the right to grant on; policies."""

from __future__ import annotations

from landreg.audit.wall.catalog_queries import Check

LOGINS = """('landreg_owner', 'landreg_registry', 'landreg_exchange', 'landreg_citizen', 'landreg_settlement',
    'landreg_auditor', 'landreg_public', 'landreg_worker', 'landreg_watch')"""
# Every grant on what is ours: of schemas, tables, columns, sequences, functions, types and large objects.
GRANTED = """granted AS (
    SELECT format('schema %%s', s.name) AS what, s.side, s.nspowner AS owner, g.* FROM schema AS s, aclexplode(s.nspacl) AS g
        WHERE s.name NOT LIKE 'pg\\_%%' AND s.name NOT IN ('information_schema', 'public')
    UNION ALL SELECT c.oid::regclass::text, s.side, c.relowner, g.* FROM pg_class AS c
        JOIN schema AS s ON s.oid = c.relnamespace, aclexplode(c.relacl) AS g
        WHERE s.name NOT LIKE 'pg\\_%%' AND s.name NOT IN ('information_schema', 'public')
    UNION ALL SELECT format('%%s.%%s', c.oid::regclass, a.attname), s.side, c.relowner, g.* FROM pg_attribute AS a
        JOIN pg_class AS c ON c.oid = a.attrelid JOIN schema AS s ON s.oid = c.relnamespace, aclexplode(a.attacl) AS g
        WHERE s.name NOT LIKE 'pg\\_%%' AND s.name NOT IN ('information_schema', 'public')
    UNION ALL SELECT f.name, f.side, f.proowner, g.* FROM function AS f, aclexplode(f.proacl) AS g
)"""

CHECKS = (
    Check(
        "login_powers",
        "各登录都不是超级用户，也不能绕过行级策略、建登录、建库、复制",
        "no login is a superuser, bypasses policies, makes logins or databases, or replicates",
        """SELECT rolname FROM pg_roles WHERE rolname LIKE 'landreg\\_%%' AND rolname <> 'landreg_superuser'
           AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)""",
    ),
    Check(
        "memberships",
        "没有登录从别的角色继承权限；监督角色只归迁移登录管理",
        "no login inherits from a role; none but the owner of the migrations is in the watch's",
        f"""SELECT format('%%s in %%s', m.member::regrole, m.roleid::regrole) FROM pg_auth_members AS m
           WHERE (m.member::regrole::text LIKE 'landreg\\_%%' OR m.roleid::regrole::text IN {LOGINS})
             AND (m.member::regrole::text, m.roleid::regrole::text) <> ('landreg_owner', 'landreg_watch')""",
    ),
    Check(
        "login_settings",
        "没有登录自带数据库参数（如搜索路径）",
        "no login carries settings of its own, a search path for one",
        """SELECT format('%%s: %%s', coalesce(r.rolname, 'all'), array_to_string(s.setconfig, ', '))
           FROM pg_db_role_setting AS s LEFT JOIN pg_roles AS r ON r.oid = s.setrole
           LEFT JOIN pg_database AS d ON d.oid = s.setdatabase
           WHERE (s.setdatabase = 0 OR d.datname = current_database()) AND (s.setrole = 0 OR r.rolname LIKE 'landreg\\_%%')""",
    ),
    Check(
        "parameters",
        "除迁移登录的三项外，没有授予设置服务器参数的权限",
        "no right to set a server's parameter is granted, but for the three that the owner's functions fix",
        """SELECT format('%%s to %%s', p.parname, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END)
           FROM pg_parameter_acl AS p, aclexplode(p.paracl) AS g
           WHERE NOT (p.parname LIKE 'landreg.%%' AND g.grantee IN ('landreg_owner'::regrole, 10))
             AND g.grantee <> 10""",
    ),
    Check(
        "public_grants",
        "没有向所有人授权的对象",
        "nothing is granted to everybody",
        f""", {GRANTED} SELECT format('%%s on %%s', privilege_type, what) FROM granted WHERE grantee = 0
            UNION ALL SELECT format('EXECUTE on %%s', name) FROM function
            WHERE proacl IS NULL AND (prosecdef OR side <> '')""",
    ),
    Check(
        "strangers",
        "没有向名单以外的角色授权",
        "nothing is granted to a role that the design does not know",
        f""", {GRANTED} SELECT format('%%s on %%s to %%s', privilege_type, what, grantee::regrole) FROM granted
            WHERE grantee <> 0 AND grantee <> owner AND grantee::regrole::text NOT IN {LOGINS} AND grantee <> 10""",
    ),
    Check(
        "granting_on",
        "没有登录可以把权限转授他人",
        "no login may pass on what it was granted",
        f""", {GRANTED} SELECT format('%%s on %%s by %%s', privilege_type, what, grantee::regrole) FROM granted
            WHERE is_grantable AND grantee <> 0 AND grantee <> owner""",
    ),
    Check(
        "default_grants",
        "没有默认授权，新建对象不会自动开放",
        "no default privileges: what is made next is open to nobody",
        """SELECT format('%%s by %%s', defaclacl, defaclrole::regrole) FROM pg_default_acl""",
    ),
    Check(
        "settlement_schemas",
        "落户登录只能进入自己的和共用的模式",
        "the settlement login enters no schema beyond its own and the shared",
        """SELECT name FROM schema WHERE name NOT IN ('pg_catalog', 'information_schema', 'settlement', 'law', 'access', 'log',
               'system') AND name NOT LIKE 'pg\\_%%' AND has_schema_privilege('landreg_settlement', oid, 'USAGE')""",
    ),
    Check(
        "settlement_tables",
        "落户登录对土地一侧的表没有任何权限，一列也没有",
        "the settlement login holds nothing on a table of the land side, not on one column",
        """SELECT ours.oid::regclass FROM ours WHERE side = 'land' AND (
               has_any_column_privilege('landreg_settlement', ours.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
               OR has_table_privilege('landreg_settlement', ours.oid, 'DELETE, TRUNCATE, TRIGGER'))""",
    ),
    Check(
        "settlement_log",
        "落户登录只能向日志写入自己的条目，不能读",
        "of the log's tables the settlement login may add entries, and nothing else",
        """SELECT ours.oid::regclass FROM ours WHERE schema = 'log' AND (
               has_any_column_privilege('landreg_settlement', ours.oid, 'SELECT, UPDATE, REFERENCES')
               OR has_table_privilege('landreg_settlement', ours.oid, 'DELETE, TRUNCATE, TRIGGER')
               OR (name <> 'entry' AND has_any_column_privilege('landreg_settlement', ours.oid, 'INSERT')))""",
    ),
    Check(
        "settlement_functions",
        "落户登录不能调用土地一侧的函数，也不能调用日志的查询函数",
        "the settlement login may call no function of the land side, and none that reads the log",
        """SELECT name FROM function WHERE (side = 'land' OR schema = 'log')
           AND has_function_privilege('landreg_settlement', oid, 'EXECUTE')
           AND has_schema_privilege('landreg_settlement', schema, 'USAGE')""",
    ),
    Check(
        "settlement_sequences",
        "两侧互不使用对方的序列",
        "neither side may use a sequence of the other",
        """SELECT format('%%s by %%s', c.oid::regclass, desk.rolname) FROM pg_class AS c JOIN schema AS s ON s.oid = c.relnamespace,
               desk WHERE c.relkind = 'S' AND s.side <> ''
             AND (s.side = 'settlement') <> (desk.rolname = 'landreg_settlement')
             AND has_sequence_privilege(desk.oid, c.oid, 'USAGE, SELECT, UPDATE')
             AND (s.side = 'settlement' OR desk.rolname = 'landreg_settlement')""",
    ),
    Check(
        "land_logins",
        "其他登录进不了落户模式，对其中的表、函数没有任何权限",
        "no other login enters the settlement schema, or holds anything on its tables or functions",
        """SELECT desk.rolname FROM desk JOIN schema AS n ON n.name = 'settlement'
           WHERE desk.rolname <> 'landreg_settlement' AND has_schema_privilege(desk.oid, n.oid, 'USAGE')
           UNION ALL SELECT format('%%s: %%s', desk.rolname, ours.oid::regclass) FROM desk, ours
           WHERE ours.side = 'settlement' AND desk.rolname <> 'landreg_settlement' AND (
               has_any_column_privilege(desk.oid, ours.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
               OR has_table_privilege(desk.oid, ours.oid, 'DELETE, TRUNCATE, TRIGGER'))
           UNION ALL SELECT format('%%s: %%s', desk.rolname, function.name) FROM desk, function
           WHERE function.side = 'settlement' AND desk.rolname <> 'landreg_settlement'
             AND has_function_privilege(desk.oid, function.oid, 'EXECUTE')
             AND has_schema_privilege(desk.oid, function.schema, 'USAGE')""",
    ),
    Check(
        "public_reads",
        "公众登录不读写任何表",
        "the public login reads and writes no table",
        """SELECT ours.oid::regclass FROM ours
           WHERE has_any_column_privilege('landreg_public', ours.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
              OR has_table_privilege('landreg_public', ours.oid, 'DELETE, TRUNCATE, TRIGGER')""",
    ),
    Check(
        "creating",
        "没有登录可以在任何模式或数据库中建对象",
        "no login may create in any schema or in the database",
        """SELECT format('%%s in %%s', desk.rolname, n.name) FROM desk, schema AS n
           WHERE n.name NOT LIKE 'pg\\_%%temp\\_%%' AND has_schema_privilege(desk.oid, n.oid, 'CREATE')
           UNION ALL SELECT format('%%s in database', rolname) FROM desk
           WHERE has_database_privilege(oid, current_database(), 'CREATE')""",
    ),
    Check(
        "owning",
        "没有登录拥有任何对象；监督角色只拥有那一个函数",
        "no login owns anything; the watch's role owns its one function alone",
        """SELECT format('%%s owns %%s', r.rolname, what) FROM pg_roles AS r JOIN (
               SELECT relowner AS owner, oid::regclass::text AS what FROM pg_class
               UNION ALL SELECT proowner, oid::regprocedure::text FROM pg_proc
               UNION ALL SELECT nspowner, nspname FROM pg_namespace
               UNION ALL SELECT datdba, datname FROM pg_database
               UNION ALL SELECT typowner, oid::regtype::text FROM pg_type) AS owned ON owned.owner = r.oid
           WHERE r.rolname LIKE 'landreg\\_%%' AND r.rolname NOT IN ('landreg_owner', 'landreg_superuser')
             AND (r.rolname, what) <> ('landreg_watch', 'audit.exits_near_settlements(date,text)')""",
    ),
    Check(
        "forced_policies",
        "各县的表都强制行级策略，且没有放行一切的策略",
        "every table in a county's keeping forces a policy, and none that lets everything through",
        """SELECT ours.oid::regclass FROM ours JOIN column_of AS c ON c.attrelid = ours.oid AND c.attname = 'county'
           WHERE ours.kind IN ('r', 'p') AND (NOT ours.forced
              OR NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = ours.oid)
              OR EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = ours.oid AND p.polpermissive
                  AND NOT (ours.schema = 'law' AND p.polcmd = 'r')
                  AND (coalesce(pg_get_expr(p.polqual, p.polrelid), '') = 'true'
                    OR coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') = 'true')))""",
    ),
    Check(
        "accounts_apart",
        "落户登录只看得到落户窗口的帐号，其他登录看不到",
        "the settlement login sees the accounts of its own window alone, and the registry's none of them",
        """SELECT 'access.account' WHERE EXISTS (
               SELECT FROM pg_policy AS p WHERE p.polrelid = to_regclass('access.account') AND p.polpermissive AND (
                   0 = ANY (p.polroles) OR ('landreg_settlement'::regrole = ANY (p.polroles)
                       AND pg_get_expr(p.polqual, p.polrelid) NOT LIKE '%%desk = ''settlement''%%')
                   OR ('landreg_registry'::regrole = ANY (p.polroles)
                       AND pg_get_expr(p.polqual, p.polrelid) NOT LIKE '%%desk <> ''settlement''%%')))""",
    ),
    Check(
        "leaves_apart",
        "落户登录只能写自己一类的日志条目，土地一侧的登录不能读写这一类的盐值",
        "the settlement login adds leaves of its own kinds alone, and the land's desks add none of them and read no salt of them",
        """SELECT format('log.entry: %%s', missing) FROM (VALUES ('landreg_settlement', 'a'), ('landreg_registry', 'a'),
               ('landreg_exchange', 'a'), ('landreg_citizen', 'a'), ('landreg_registry', 'r')) AS needed (missing, command)
           WHERE NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = to_regclass('log.entry') AND NOT p.polpermissive
               AND p.polcmd IN (needed.command, '*') AND EXISTS (SELECT FROM unnest(p.polroles) AS r (oid)
                   WHERE r.oid::regrole::text = needed.missing)
               AND coalesce(pg_get_expr(p.polwithcheck, p.polrelid), pg_get_expr(p.polqual, p.polrelid)) LIKE '%%settlement.%%')""",
    ),
)
