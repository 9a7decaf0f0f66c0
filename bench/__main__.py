"""`make bench [SIZE=1000000]`: every measurement in a process of its own, a table of them, `var/bench.json`.

A measurement is a module of this folder with `run(size) -> dict`, size being the number of parcels asked for; peers run
on the same files in the same run. `--only` names some of them. One that fails is said, and the others go on. What was kept
of another size is held against this one: how much slower ten times the data are.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from importlib import import_module
from multiprocessing import get_context
from typing import Any

from bench import scratch
from landreg.config import CHECKOUT

# In the order of the documents: import, overlaps, certificates, the register at work, batch registration, rechecking, the box.
MEASUREMENTS = ("import_", "overlaps", "certificates", "desk", "registration", "recheck", "search", "auction", "market")
SHARES = {"recheck": 40}
"""Of what is measured by the act, one for so many parcels: its own copies of a village take a minute for each 100,000."""
BARE = {"import_"}
"""Whose memory is measured: its process loads for itself what it needs. The others are left what the first has loaded."""
FILE = CHECKOUT / "var" / "bench.json"
ASKED = {
    "import": {"ratio_to_ogr2ogr_all_layers": "at most 5, aim 2", "ratio_to_ogr2ogr_parcels": "at most 5",
               "peak_mib_all_processes": "under 2048"},
    "overlaps": {"times_faster_than_overlay": "at least 8", "times_faster_than_sjoin": "at least 2.5"},
    "certificates": {"batch_per_second_and_core": "at least 12, aim 20"},
    "desk": {"tile_p99_ratio": "within 1.5", "pages_at_200_a_second_p99_ms": "aim under 50", "as_of_ratio": "at most 1.3",
             "acts_registered_per_second_two_processes": "aim 200"},
    "search": {"slowest_p99_ms": "under 100"},
    "market": {"slowest_p99_ms": "under 100"},
}  # fmt: skip
"""What the measure of a figure is, where there is one."""


def main() -> int:
    """Run what is asked for; 1 where one of them failed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--size", type=int, default=1_000_000, help="parcels")
    named = {module.strip("_"): module for module in MEASUREMENTS}
    parser.add_argument("--only", nargs="+", choices=named, default=tuple(named))
    asked = parser.parse_args()
    began = time.monotonic()
    import_module("landreg.app")  # for all that are forked
    with scratch.template():
        failed = [name for name in asked.only if not _measured(name, named[name], asked.size)]
    print(f"whole bench {time.monotonic() - began:.0f} s, kept in {FILE.relative_to(CHECKOUT)}")
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def _measured(name: str, module: str, size: int) -> bool:
    """Measure, keep and show one; False where it failed."""
    print(f"{name} ...", flush=True)
    since = time.monotonic()
    outcome = _measured_apart(module, size // SHARES.get(module, 1))
    if outcome is None:
        print("    failed", flush=True)
        return False
    outcome["whole_measurement_s"] = round(time.monotonic() - since, 1)
    _keep(size, name, outcome)
    _show(name, outcome, _other_size(size, name))
    return True


def _measured_apart(module: str, size: int) -> dict[str, Any] | None:
    """In a process of its own, so that its caches are, too."""
    context = get_context("spawn" if module in BARE else "fork")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        measured = pool.submit(scratch.measured, module, size)
    failure = measured.exception()
    if failure is not None:
        traceback.print_exception(failure)
        return None
    return measured.result()


def _kept() -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {size: measured for size, measured in found.items() if size.isdigit()}


def _keep(size: int, name: str, outcome: dict[str, Any]) -> None:
    """At once: a bench that is cut off has what it measured."""
    found = _kept()
    cores = len(os.sched_getaffinity(0))
    about = {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z", "cores": cores}
    found.setdefault(str(size), {})[name] = {**outcome, **about}
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(found, ensure_ascii=False, indent=1, default=str), "utf-8")


def _other_size(size: int, name: str) -> tuple[str, dict[str, Any]] | None:
    """The same measurement of the largest smaller number of parcels."""
    sizes = sorted(int(other) for other, measured in _kept().items() if int(other) < size and name in measured)
    return None if not sizes else (str(sizes[-1]), _kept()[str(sizes[-1])][name])


def _show(name: str, outcome: dict[str, Any], smaller: tuple[str, dict[str, Any]] | None) -> None:
    for what, value in outcome.items():
        line = f"    {what.replace('_', ' '):<48} {value!s:>12}"
        if smaller is not None and what in smaller[1]:
            line += f"  ({smaller[0]}: {smaller[1][what]})"
        if what in ASKED.get(name, {}):
            line += f"  [{ASKED[name][what]}]"
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
