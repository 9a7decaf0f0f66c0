"""Signed certificates with their maps, a second and core, and what each half of the work makes alone."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from landreg.registry.papers.certificate_data import ContractCertificate
from landreg.registry.papers.certificate_printing import print_certificate
from landreg.registry.papers.signing import ToPrint, make_demo_signer, print_and_sign_many, sign
from tests.unit.papers.builders import CHECK, contract_certificate

PARCELS = 7  # the median of the sample's households
MEMBERS = 4
ALONE, BATCH = 40, 120
"""Papers for a rate of one core, and for that of a batch over all: some two seconds of each."""
PROOF = b'{"format": "landreg-proof/1", "path": [' + b",".join([b'"' + b"A" * 44 + b'"'] * 20) + b"]}"


def _rate(work: Callable[[Any], object], items: list[Any]) -> float:
    """Items a second of one core: processor time of this process, all its threads."""
    work(items[0])
    start = time.process_time()
    for item in items:
        work(item)
    return len(items) / (time.process_time() - start)


def _print(data: ContractCertificate) -> bytes:
    return print_certificate(data, proof=PROOF, sample=True)


def run(_size: int = 0) -> dict[str, Any]:
    """Rates a second: printing alone, signing alone, both on one core, and a batch over all cores (wall clock)."""
    cores = len(os.sched_getaffinity(0))
    data = [
        contract_certificate(PARCELS, MEMBERS, seed=seed, check_url=f"{CHECK}{seed}") for seed in range(1, BATCH + 1)
    ]
    with tempfile.TemporaryDirectory() as folder:
        signer = make_demo_signer(Path(folder))
        alone = data[:ALONE]
        printing = _rate(_print, alone)
        pdfs = [_print(item) for item in alone]
        signing = _rate(lambda pdf: sign(pdf, signer), pdfs)
        both = _rate(lambda item: sign(_print(item), signer), data[ALONE : 2 * ALONE])
        batch = print_and_sign_many((ToPrint(str(n), item, PROOF, True) for n, item in enumerate(data)), signer)
        next(batch)  # the workers have started and read their fonts
        start = time.perf_counter()
        made = sum(1 for _ in batch)
        wall = time.perf_counter() - start
    return {
        "cores": cores,
        "parcels_each": PARCELS,
        "bytes_each": sum(map(len, pdfs)) // len(pdfs),
        "printed_per_second_and_core": round(printing, 1),
        "signed_alone_per_second_and_core": round(signing, 1),
        "printed_and_signed_per_second_and_core": round(both, 1),
        "batch_per_second": round(made / wall, 1),
        "batch_per_second_and_core": round(made / wall / cores, 1),
    }


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name:45} {value}")
