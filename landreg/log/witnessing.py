"""Asking witnesses to cosign the last checkpoint (C2SP tlog-witness), and keeping what they sign.

The file `witnesses` in the register's home names them, a line each: an address, `https://…` or a folder, and the public
key. `landreg log cosign` asks, and the worker once a day; a witness that is away is asked again the next time.
"""

from __future__ import annotations

import base64
import logging
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.core.periods import beijing_day
from landreg.log import copies, queries
from landreg.log.cosignature import WitnessKey, cosigned_at
from landreg.log.note import NoteFault
from landreg.log.queries import Cosignature, SignedCheckpoint
from landreg.log.store import keep_cosignature

RETRY_S = 600
_TAKES_S = 10
_TRIES = 2
_LONGEST_ANSWER = 64 * 1024
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """A witness to ask. address: `http…` or a folder."""

    address: str
    key: WitnessKey


def witnesses(file: Path) -> tuple[Asked, ...]:
    """Who is to cosign; nobody where there is no file. Raises BadInput (SYS-2) for a line that cannot be used."""
    if not file.exists():
        return ()
    found = []
    for line in file.read_text("utf-8").splitlines():
        address, _, key = line.strip().rpartition(" ")
        if line.strip() and not line.startswith("#"):
            try:
                found.append(Asked(address.strip(), WitnessKey.read(key)))
            except NoteFault as error:
                raise BadInput(Finding("SYS-2", file.name, {"given": line.strip()})) from error
    return tuple(found)


def cosign(actor: Actor, settings: Settings) -> tuple[tuple[Cosignature, ...], tuple[Finding, ...]]:
    """Ask every witness for the last checkpoint: what they signed, and who refused (LOG-28) or was away (LOG-29)."""
    signed: list[Cosignature] = []
    findings: list[Finding] = []
    for witness in witnesses(settings.home / "witnesses"):
        with unit_of_work(actor) as uow:
            if not queries.health(uow.session).size:
                break
            last = queries.checkpoint(uow.session)
        given = _ask(actor, witness, last)
        if isinstance(given, Finding):
            findings.append(given)
        elif given is not None:
            with unit_of_work(actor) as uow:
                keep_cosignature(uow, given)
            copies.keep_cosignature(settings.checkpoints, given.size, given.witness, given.line)
            signed.append(given)
    return tuple(signed), tuple(findings)


@dataclass
class Daily:
    """Asking every witness once a day for the last checkpoint, after midnight first: what the public notice board prints of a
    week is its last checkpoint, which stands then. Who is away is asked again, not more often than every `RETRY_S`."""

    settings: Settings
    tried_at: float | None = None

    def work(self, actor: Actor) -> tuple[Finding, ...]:
        """Ask where it is due; who refused or was away."""
        if self.tried_at is not None and time.monotonic() < self.tried_at + RETRY_S:
            return ()
        self.tried_at = time.monotonic()
        if not any(self._due(actor, witness) for witness in witnesses(self.settings.home / "witnesses")):
            return ()
        _signed, findings = cosign(actor, self.settings)
        for finding in findings:
            _logger.warning("witness %s: %s", finding.subject, finding.values.get("answer"))
        return findings

    def _due(self, actor: Actor, witness: Asked) -> bool:
        with unit_of_work(actor) as uow:
            size = queries.health(uow.session).size
            last = queries.last_cosigned(uow.session, witness.key.text)
            today = beijing_day(uow.now)
        return size > 0 and (last is None or (last[0] < size and beijing_day(last[1]) < today))


def _ask(actor: Actor, witness: Asked, last: SignedCheckpoint) -> Cosignature | Finding | None:
    """None: a folder was given a request that is not answered yet."""
    if not witness.address.startswith(("http://", "https://")):
        return _ask_folder(actor, witness, Path(witness.address), last)
    old = 0
    for _ in range(_TRIES):
        status, answer = _post(f"{witness.address.rstrip('/')}/add-checkpoint", _request(actor, old, last))
        if status == 200:
            return _read(witness, last, answer)
        if status == 409 and answer.strip().isdecimal() and 0 < int(answer) < last.size and int(answer) != old:
            old = int(answer)
        elif status == 409 and answer.strip() == str(last.size) and old != last.size:
            old = last.size
        else:
            break
    values = {"witness": witness.key.name, "size": last.size, "answer": f"{status} {answer.strip()[:80]}"}
    return Finding("LOG-29" if status == 0 else "LOG-28", values=values, subject=witness.key.name)


def _ask_folder(actor: Actor, witness: Asked, folder: Path, last: SignedCheckpoint) -> Cosignature | Finding | None:
    """Take the answer to the last request, and leave the next one there."""
    folder.mkdir(parents=True, exist_ok=True)
    number = f"{last.size:012d}"
    if (folder / f"cosignature-{number}").exists():
        return _read(witness, last, (folder / f"cosignature-{number}").read_text("utf-8", "replace"))
    if (folder / f"refused-{number}").exists():
        answer = (folder / f"refused-{number}").read_text("utf-8", "replace").strip()
        values = {"witness": witness.key.name, "size": last.size, "answer": answer[:80]}
        return Finding("LOG-28", values=values, subject=witness.key.name)
    before = sorted(folder.glob("cosignature-*"))
    old = int(before[-1].name.rpartition("-")[2]) if before else 0
    copies.write(folder / f"add-checkpoint-{number}", _request(actor, old, last))
    return None


def _request(actor: Actor, old: int, last: SignedCheckpoint) -> str:
    proof: tuple[bytes, ...] = ()
    if 0 < old < last.size:
        with unit_of_work(actor) as uow:
            proof = queries.prove_growth(uow.session, old, last.size).path
    lines = "".join(f"{base64.b64encode(step).decode()}\n" for step in proof)
    return f"old {old}\n{lines}\n{last.note}"


def _read(witness: Asked, last: SignedCheckpoint, answer: str) -> Cosignature | Finding:
    for line in answer.splitlines():
        if cosigned_at(last.note, line, witness.key) is not None:
            return Cosignature(last.size, witness.key.name, witness.key.text, line)
    values = {"witness": witness.key.name, "answer": answer.strip()[:80]}
    return Finding("LOG-29", values=values, subject=witness.key.name)


def _post(url: str, body: str) -> tuple[int, str]:
    """Status and answer; status 0 when the witness cannot be reached."""
    asked = urllib.request.Request(url, body.encode(), {"Content-Type": "text/plain; charset=utf-8"}, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=_TAKES_S) as answer:  # noqa: S310
            return answer.status, answer.read(_LONGEST_ANSWER).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_LONGEST_ANSWER).decode("utf-8", "replace")
    except OSError as error:
        return 0, str(error)
