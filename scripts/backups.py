"""Backups of the embedded cluster, and the way back to an instant: base backups, and all of the write-ahead log since.

They lie beside the data, in `<name>.backups`: `base-<instant>` and `wal`. The log is kept from the first backup on, each
segment when it is full or a minute old. A disk that is lost takes both: copy the folder to another machine.
"""

from __future__ import annotations

import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from postgres import Failure

KEPT = 2
STAMP = "%Y%m%dT%H%M%SZ"
RECOVERY = "recovery.conf"


def folder_of(data: Path) -> Path:
    """Where a cluster's backups lie."""
    return data.parent / f"{data.name}.backups"


def archiving(data: Path) -> str:
    """Settings that keep each segment of the log where there is a backup, whole or not at all, and drop it where there is none."""
    wal = str(folder_of(data) / "wal").replace("'", "''")
    command = (
        f'test ! -d "{wal}" || test -f "{wal}/%f" || {{ cp "%p" "{wal}/%f.part" && mv "{wal}/%f.part" "{wal}/%f"; }}'
    )
    return (
        "wal_level = replica\nmax_wal_senders = 2\narchive_mode = on\narchive_timeout = 60\n"
        f"archive_command = '{command}'\n"
    )


def backup(cluster: Any) -> str:
    """Make a base backup of a cluster that runs; the two last are kept, with the log since the older."""
    folder = folder_of(cluster.data)
    for place in (folder, folder / "wal"):
        place.mkdir(mode=0o700, exist_ok=True)
        os.chown(place, cluster.user.pw_uid, cluster.user.pw_gid)
    began = time.monotonic()
    part = folder / "part"
    shutil.rmtree(part, ignore_errors=True)
    cluster.command(
        "pg_basebackup", "-D", str(part), "-h", str(cluster.socket), "-p", str(cluster.port()), "-U", "postgres",
        "--checkpoint=fast", "-X", "fetch",
    )  # fmt: skip
    base = folder / f"base-{datetime.now(UTC).strftime(STAMP)}"
    part.rename(base)
    for old in _bases(folder)[:-KEPT]:
        shutil.rmtree(old)
    _forget_log_before(cluster, folder)
    return f"backup {base.name} made in {time.monotonic() - began:.1f} s; back to any instant after it: scripts/cluster restore"


def restore(cluster: Any, to: str | None) -> str:
    """Put a cluster back to an instant (ISO 8601 with zone), or to the last that was kept; start it.

    The data as they were stay beside the new ones, `<name>.before-<instant>`, and are nobody's but yours to remove.
    """
    folder = folder_of(cluster.data)
    target = _instant(to)
    usable = [base for base in _bases(folder) if target is None or _made(base) <= target]
    if not usable:
        raise Failure(f"there is no backup in {folder} that was made before {to}" if to else f"no backup in {folder}")
    began = time.monotonic()
    cluster.stop()
    aside = cluster.data.parent / f"{cluster.data.name}.before-{datetime.now(UTC).strftime(STAMP)}"
    # What was not archived yet: the last segments lie in the data that are put aside.
    _keep_last_segments(cluster, folder)
    cluster.data.rename(aside)
    try:
        shutil.copytree(usable[-1], cluster.data, symlinks=True)
        _recover(cluster, folder, target)
    except (Failure, OSError):
        shutil.rmtree(cluster.data, ignore_errors=True)
        aside.rename(cluster.data)
        raise
    return f"restored from {usable[-1].name} to {to or 'the last'} in {time.monotonic() - began:.1f} s; before: {aside}"


def _recover(cluster: Any, folder: Path, target: datetime | None) -> None:
    for path in [cluster.data, *cluster.data.rglob("*")]:
        os.chown(path, cluster.user.pw_uid, cluster.user.pw_gid, follow_symlinks=False)
    wal = str(folder / "wal").replace("'", "''")
    lines = [f"""restore_command = 'cp "{wal}/%f" "%p"'""", "recovery_target_action = 'promote'"]
    if target is not None:
        lines.append(f"recovery_target_time = '{target.isoformat()}'")
    cluster.write("recovery.signal", "")
    cluster.start(recovery="\n".join(lines) + "\n")
    deadline = time.monotonic() + 3600
    while cluster.ask("SELECT pg_is_in_recovery()") != "f":
        if time.monotonic() > deadline:
            raise Failure("the recovery does not end")
        time.sleep(0.2)


def _keep_last_segments(cluster: Any, folder: Path) -> None:
    for segment in (cluster.data / "pg_wal").glob("[0-9A-F]" * 24):
        kept = folder / "wal" / segment.name
        if not kept.exists():
            shutil.copyfile(segment, kept)
            os.chown(kept, cluster.user.pw_uid, cluster.user.pw_gid)


def _bases(folder: Path) -> list[Path]:
    return sorted(folder.glob("base-*"))


def _made(base: Path) -> datetime:
    return datetime.strptime(base.name.removeprefix("base-"), STAMP).replace(tzinfo=UTC)


def _instant(to: str | None) -> datetime | None:
    if to is None:
        return None
    try:
        given = datetime.fromisoformat(to)
    except ValueError:
        raise Failure(f"{to} is no instant: write 2026-11-27T09:30:00+08:00") from None
    if given.tzinfo is None:
        raise Failure(f"{to} has no zone: write 2026-11-27T09:30:00+08:00")
    return given


def _forget_log_before(cluster: Any, folder: Path) -> None:
    """Segments from before the oldest base are of no use any more; the base itself says where it began."""
    label = (_bases(folder)[0] / "backup_label").read_text()
    first = label.split("(file ", 1)[1][:24]
    cluster.command("pg_archivecleanup", str(folder / "wal"), first)
