"""The server's own roads around a grant: extensions, replication, files, locks, statistics, sizes, other databases."""

from __future__ import annotations

from landreg.audit.wall.catalog_queries import Check

# What `landreg db init` takes from everybody, by the beginning of its name (landreg.migrate).
WATCHING = (
    "^pg_(stat_get_|lock_status|blocking_pids|safe_snapshot_blocking_pids|isolation_test_session_is_blocked|prepared_xact"
    "|(table|relation|indexes|total_relation|database|tablespace)_size|current_wal_|current_snapshot|last_committed_xact"
    "|xact_commit_timestamp|xact_status|get_multixact_members|control_|cancel_backend|terminate_backend|notification_queue_usage"
    "|relation_file(node|path)|filenode_relation)|^txid_(current_snapshot|status)"
)
LOCKING = "^pg_(try_)?advisory_"
LARGE = "^(lo_|loread|lowrite)"
_CALLED = """SELECT DISTINCT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'pg_catalog'::regnamespace
    AND p.proname ~ '{0}' AND has_function_privilege('landreg_settlement', p.oid, 'EXECUTE')"""

CHECKS = (
    Check(
        "extensions",
        "除地图和索引两项外，没有其他扩展（dblink、外部数据、文件、语句统计等）",
        "no extension beside the map's and the index's: no dblink, no foreign data, no files, no statements kept",
        "SELECT extname FROM pg_extension WHERE extname NOT IN ('plpgsql', 'postgis', 'btree_gist')",
    ),
    Check(
        "foreign_data",
        "没有外部数据封装器、外部服务器和用户映射",
        "there is no foreign data wrapper, foreign server or user mapping",
        """SELECT fdwname FROM pg_foreign_data_wrapper UNION ALL SELECT srvname FROM pg_foreign_server
           UNION ALL SELECT format('mapping of %%s', usename) FROM pg_user_mappings""",
    ),
    Check(
        "publications",
        "没有发布和订阅，登录不能复制",
        "nothing is published or subscribed to",
        """SELECT pubname FROM pg_publication UNION ALL SELECT subname FROM pg_subscription
           WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())""",
    ),
    Check(
        "large_objects",
        "没有大对象，落户登录不能建、读、写大对象",
        "there is no large object, and the settlement login can make, read and write none",
        f"""SELECT format('large object %%s', oid) FROM pg_largeobject_metadata UNION ALL {_CALLED.format(LARGE)}""",
    ),
    Check(
        "temporary_tables",
        "落户、审计、公众和农户登录不能建临时表",
        "no login but those that bring rows in bulk makes temporary tables",
        """SELECT rolname FROM desk WHERE rolname NOT IN ('landreg_registry', 'landreg_exchange', 'landreg_worker')
           AND has_database_privilege(oid, current_database(), 'TEMPORARY')""",
    ),
    Check(
        "server_files",
        "没有登录能读写服务器文件或运行程序",
        "no login reads or writes the server's files, or runs programs there",
        """SELECT format('%%s by %%s', p.oid::regprocedure, desk.rolname) FROM pg_proc AS p, desk
           WHERE p.pronamespace = 'pg_catalog'::regnamespace
             AND p.proname ~ '^(pg_read_file|pg_read_binary_file|pg_stat_file|pg_ls_|pg_file_|pg_hba_file|pg_ident_file|pg_logdir'
                 '|pg_current_logfile|pg_read_server|pg_reload_conf|pg_rotate_logfile|lo_import|lo_export)'
             AND has_function_privilege(desk.oid, p.oid, 'EXECUTE')
           UNION ALL SELECT format('%%s by %%s', r.rolname, desk.rolname) FROM pg_roles AS r, desk
           WHERE r.rolname LIKE 'pg\\_%%' AND pg_has_role(desk.oid, r.oid, 'MEMBER') AND r.rolname <> 'pg_database_owner'""",
    ),
    Check(
        "advisory_locks",
        "落户登录不能取得或探测咨询锁",
        "the settlement login takes and tries no advisory lock: what the register locks is no signal",
        _CALLED.format(LOCKING),
    ),
    Check(
        "watching_others",
        "落户登录看不到其他会话、锁、事务的结果，也看不到表的活动、大小和文件",
        "the settlement login sees no other session, no lock, no transaction's end, and no table's traffic, size or file",
        _CALLED.format(WATCHING),
    ),
    Check(
        "planner",
        "落户登录读不到统计信息、估计行数和整理时间",
        "the settlement login reads no statistics, no estimate of how many rows there are, and not when a table was tidied",
        """SELECT name FROM (VALUES ('pg_statistic'), ('pg_statistic_ext_data')) AS t (name)
           WHERE has_any_column_privilege('landreg_settlement', name, 'SELECT')
           UNION ALL SELECT format('pg_class.%%s', a) FROM unnest(ARRAY['reltuples', 'relpages', 'relallvisible',
               'relfilenode', 'relfrozenxid', 'relminmxid']) AS a
           WHERE has_column_privilege('landreg_settlement', 'pg_class', a, 'SELECT')""",
    ),
    Check(
        "map_functions",
        "落户登录进不了地图扩展的模式（其函数可估计某处有多少宗地）",
        "the settlement login does not enter the map's schema, whose functions estimate how much lies where",
        "SELECT 'public' WHERE has_schema_privilege('landreg_settlement', 'public', 'USAGE')",
    ),
    Check(
        "notifications",
        "没有函数发送通知",
        "no function notifies: a login that listens hears nothing",
        r"SELECT name FROM function WHERE prosrc ~* '\mpg_notify\M|\mNOTIFY\M'",
    ),
    Check(
        "other_databases",
        "同一服务器上没有其他数据库向所有人开放",
        "no other database of this server is open to everybody",
        """SELECT d.datname FROM pg_database AS d JOIN pg_database AS here ON here.datname = current_database()
           WHERE d.datallowconn AND d.datdba <> here.datdba AND (
               d.datacl IS NULL OR EXISTS (SELECT FROM aclexplode(d.datacl) AS g WHERE g.grantee = 0)
               OR has_database_privilege('landreg_settlement', d.oid, 'CONNECT'))""",
    ),
    Check(
        "this_database",
        "本数据库没有向所有人开放",
        "this database is open to nobody but its logins",
        """SELECT format('%%s to everybody', coalesce(g.privilege_type, 'CONNECT')) FROM pg_database AS d
           LEFT JOIN aclexplode(d.datacl) AS g ON true
           WHERE d.datname = current_database() AND (d.datacl IS NULL OR g.grantee = 0)""",
    ),
    Check(
        "statement_log",
        "服务器日志不记录全部语句",
        "the server's log, which all desks share, does not take down every statement",
        """SELECT setting FROM pg_settings WHERE name = 'log_statement' AND setting = 'all'""",
    ),
)
