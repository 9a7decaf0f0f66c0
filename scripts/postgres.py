"""What scripts/cluster knows of PostgreSQL on this machine: its programs, a free port, its user, its settings."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

OLDEST = 15
PORTS = range(15432, 16432)  # below the ports that outgoing connections take

COMMON = """\
listen_addresses = '127.0.0.1'
password_encryption = 'scram-sha-256'
max_connections = 80
max_locks_per_transaction = 256
shared_buffers = {shared_mb}MB
effective_cache_size = {cache_mb}MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_worker_processes = 8
max_parallel_workers = 2
max_parallel_workers_per_gather = 2
dynamic_shared_memory_type = {shared_memory}
random_page_cost = 1.1
effective_io_concurrency = 200
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
"""
KINDS = {
    "run": "max_wal_size = 4GB\ncheckpoint_timeout = 15min\nwal_compression = on\n",
    # Tests lose nothing with the machine's power: no flush, and no vacuum that comes when it likes. They open a session every
    # moment: PostGIS is loaded once for all, which saves each 9 ms of computing. Planning is a third of what the server computes
    # for a few rows: a plan that is kept is not made anew for each value, as a register's server would soon not do either.
    "test": "wal_level = minimal\nmax_wal_senders = 0\nshared_preload_libraries = 'postgis-3'\n"
    "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\nmax_wal_size = 2GB\n"
    "plan_cache_mode = 'force_generic_plan'\n",
}
HBA = """\
local all postgres peer map=cluster
local replication postgres peer map=cluster
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
"""


class Failure(Exception):
    """What the person at the terminal is told."""


def settings(kind: str, socket_folder: Path, port: int) -> str:
    """The cluster's own settings for a kind, `run` or `test`, fitted to this machine's memory."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    shared_memory = shutil.disk_usage("/dev/shm").total if Path("/dev/shm").is_dir() else 0  # noqa: S108
    own = COMMON.format(
        shared_mb=min(512 if kind == "run" else 256, memory_mb // 8),
        cache_mb=memory_mb // 2,
        shared_memory="posix" if shared_memory >= 256 * 2**20 else "mmap",
    )
    folder = str(socket_folder).replace("'", "''")
    return f"{own}{KINDS[kind]}unix_socket_directories = '{folder}'\nport = {port}\n"


def user_of(data: Path, as_root: bool) -> pwd.struct_passwd:
    """Whose the server is: the owner of the data, or the one who makes them, but never root."""
    if not as_root:
        return pwd.getpwuid(os.geteuid())
    if data.exists() and data.stat().st_uid != 0:
        return pwd.getpwuid(data.stat().st_uid)
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise Failure("PostgreSQL does not run as root, and there is no user postgres: run `make setup`") from None


def servers() -> Iterator[tuple[int, Path]]:
    """Version and folder of programs of each installed server that has PostGIS."""
    for folder in Path("/usr/lib/postgresql").glob("*/bin"):
        version = folder.parent.name
        control = Path("/usr/share/postgresql") / version / "extension" / "postgis.control"
        if version.isdigit() and int(version) >= OLDEST and control.exists() and (folder / "initdb").exists():
            yield int(version), folder


def free_port(preferred: int | None) -> int:
    for port in ([preferred] if preferred else []) + list(PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Failure(f"no free port between {PORTS.start} and {PORTS.stop}")
