"""`make bench [SIZE=1000000]`: every measurement in a process of its own, a table of them, `var/bench.json`.

A measurement is a module of this folder with `run(size) -> dict`, size being the number of parcels asked for; peers run
on the same files in the same run. `--only` names some of them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from typing import Any

from landreg.config import CHECKOUT

# In the order of the documents: import, overlaps, certificates, tiles, batch registration.
MEASUREMENTS = ("import_", "overlaps", "certificates", "tiles", "registration")


def main() -> int:
    """Run what is asked for; the first measurement that fails ends it with its own error."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--size", type=int, default=1_000_000, help="parcels")
    parser.add_argument("--only", nargs="*", choices=MEASUREMENTS, default=MEASUREMENTS)
    asked = parser.parse_args()
    results: dict[str, Any] = {"size": asked.size, "cores": len(os.sched_getaffinity(0))}
    for name in asked.only:
        if find_spec(f"bench.{name}") is None:
            continue
        print(f"{name.strip('_')} ...", flush=True)
        began = time.monotonic()
        outcome = _measured_apart(name, asked.size)
        results[name.strip("_")] = outcome
        _show(outcome, time.monotonic() - began)
    file = CHECKOUT / "var" / "bench.json"
    file.write_text(json.dumps(results, ensure_ascii=False, indent=1, default=str), "utf-8")
    print(f"kept in {file.relative_to(CHECKOUT)}")
    return 0


def _measured_apart(name: str, size: int) -> dict[str, Any]:
    """In a fresh process, so that its peak memory and its caches are its own; it prints its outcome as its last line."""
    program = f"import json; from bench import {name}; print(json.dumps({name}.run({size}), default=str))"
    done = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _show(outcome: dict[str, Any], seconds: float) -> None:
    for what, value in outcome.items():
        print(f"    {what.replace('_', ' '):<48} {value}")
    print(f"    {'whole measurement, s':<48} {seconds:.1f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
