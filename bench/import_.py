"""Import of a survey package with every check, against ogr2ogr merely loading its parcels into the same database.

With EVERY_LAYER in the environment ogr2ogr loads the points, lines and homesteads too, which takes it minutes of a million.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from bench import replicate, scratch
from landreg import migrate
from landreg.access.service import SYSTEM
from landreg.config import Settings
from landreg.land import service

MARGIN_M = "200000"
"""Copies of the sample do not fit into the county; its boundary is held wider by this for the measurement."""


def run(size: int) -> dict[str, Any]:
    """Seconds, ratios to ogr2ogr, peak memory in MiB, of one import of `size` parcels."""
    with tempfile.TemporaryDirectory(prefix="landreg-bench-") as folder, scratch.database() as settings:
        began = time.monotonic()
        package = replicate.replicate(size, Path(folder))
        made_s = time.monotonic() - began
        _widen(settings)
        peer = _ogr2ogr(settings, package)
        began, cpu = time.monotonic(), time.process_time()
        with scratch.Watched() as watched, _Stages() as stages:
            received = service.receive(SYSTEM, package, progress=stages)
        took, used = time.monotonic() - began, time.process_time() - cpu
        shutil.rmtree(package)
        if received.report.refused:
            refusing = [row for row in received.report.as_json() if row["level"] == "refuse"]
            raise SystemExit(f"refused: {refusing[:5]}")
    return {
        "parcels": received.report.counts["DK"],
        "points_and_lines": received.report.counts["JZD"] + received.report.counts["JZX"],
        "package_made_s": round(made_s, 1), "import_s": round(took, 1), "import_cpu_s": round(used, 1),
        **{f"stage_{name}_s": round(seconds, 1) for name, seconds in stages.spent.items() if seconds > 0.5},
        **{f"ogr2ogr_{name}_s": round(seconds, 1) for name, seconds in peer.items()},
        "ratio_to_ogr2ogr_parcels": round(took / peer["parcels"], 2),
        **({"ratio_to_ogr2ogr_all_layers": round(took / peer["all_layers"], 2)} if "all_layers" in peer else {}),
        "peak_mib_of_the_checking_process": round(scratch.peak_mib()), "peak_mib_all_processes": round(watched.mib),
    }  # fmt: skip


class _Stages:
    """Progress that adds up how long each stage took."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self.stage, self.since = "", time.monotonic()

    def __enter__(self) -> _Stages:
        return self

    def __exit__(self, *_: object) -> None:
        self("", 0, 0)

    def __call__(self, stage: str, _done: int, _total: int) -> None:
        now = time.monotonic()
        if self.stage:
            self.spent[self.stage] = self.spent.get(self.stage, 0.0) + now - self.since
        self.stage, self.since = stage, now


def _widen(settings: Settings) -> None:
    with psycopg.connect(migrate.plain_url(settings.superuser_url or ""), autocommit=True) as connection:
        connection.execute(
            """INSERT INTO law.county_parameter (county, id, village, name, key, value, since, decided_in, set_by, set_at)
               VALUES ('610902', gen_random_uuid(), '610902', 'TOP-5.margin_m', '', %s, %s, 'measurement', %s, now())""",
            [MARGIN_M, date(2020, 1, 1), SYSTEM.account_id],
        )


def _ogr2ogr(settings: Settings, package: Path) -> dict[str, float]:
    """Seconds that ogr2ogr takes by COPY: for the parcels, and where it is asked for all layers of the package together."""
    layers = sorted((package / "矢量数据").glob("*.shp"))
    spent = {file.stem: _loaded(settings, file, n) for n, file in enumerate(layers) if file.stem.startswith("DK")}
    parcels = sum(spent.values())
    if not os.environ.get("EVERY_LAYER"):
        return {"parcels": parcels}
    others = [file for file in [*layers, package / "宅基地.gpkg"] if file.stem not in spent]
    rest = sum(_loaded(settings, file, n) for n, file in enumerate(others, len(layers)))
    return {"parcels": parcels, "all_layers": parcels + rest}


def _loaded(settings: Settings, file: Path, number: int) -> float:
    began = time.monotonic()
    subprocess.run(
        ["ogr2ogr", "-f", "PostgreSQL", scratch.gdal_source(settings), str(file), "-lco", "SCHEMA=public",
         "-nlt", "PROMOTE_TO_MULTI", "-nln", f"peer_{number}", "--config", "PG_USE_COPY", "YES",
         "-unsetFid", "-oo", "ENCODING=GBK"],
        check=True, stderr=subprocess.DEVNULL, env={**os.environ, "PGCLIENTENCODING": "UTF8"},
    )  # fmt: skip
    return time.monotonic() - began
