"""A witness of the log (C2SP tlog-witness): cosigns a checkpoint that provably continues the last one, and refuses a fork.

To be run by somebody else than the register, on another machine: it needs no database, only its own key, the log's public
key, and a folder for the last checkpoint that it has signed.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from landreg.log.copies import write
from landreg.log.cosignature import Witness
from landreg.log.note import Checkpoint, NoteFault, decoded, open_checkpoint, read_body, read_verifier
from landreg.log.verify import is_consistent

LARGEST_REQUEST = 64 * 1024
LONGEST_PROOF = 63
SIZE_TYPE = "text/x.tlog.size"
_OLD = re.compile(r"old (0|[1-9]\d{0,17})")
_TAKES_S = 10


@dataclass(frozen=True)
class Answer:
    """What a witness answers. status: of HTTP, as tlog-witness has it."""

    status: int
    body: str
    kind: str = "text/plain; charset=utf-8"


class Desk:
    """The witness of one log. folder: where it remembers the last checkpoint that it cosigned."""

    def __init__(self, witness: Witness, log_key: str, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.witness, self.log_key, self.folder, self.clock = witness, log_key, folder, clock
        self.origin = read_verifier(log_key)[0]
        folder.mkdir(parents=True, exist_ok=True)

    def add_checkpoint(self, request: str) -> Answer:
        """Cosign the checkpoint of a request, or say why not; what is cosigned is remembered before the answer."""
        try:
            old, proof, note = _read(request)
            origin = read_body(note.partition("\n\n")[0] + "\n").origin
        except NoteFault as fault:
            return Answer(400, f"{fault}\n")
        if origin != self.origin:
            return Answer(404, "unknown log\n")
        try:
            checkpoint = open_checkpoint(note, self.log_key)
        except NoteFault as fault:
            return Answer(403, f"{fault}\n")
        if old > checkpoint.size or checkpoint.origin != self.origin:
            return Answer(400, "the old size is larger than the checkpoint\n")
        with self._alone():
            return self._decide(old, proof, note, checkpoint)

    def _decide(self, old: int, proof: list[bytes], note: str, checkpoint: Checkpoint) -> Answer:
        last = self.last()
        known = 0 if last is None else last.size
        if old != known:
            return Answer(409, f"{known}\n", SIZE_TYPE)
        if last is not None and old == checkpoint.size:
            if checkpoint.root != last.root:
                return Answer(409, f"{known}\n", SIZE_TYPE)
            consistent = not proof
        else:
            consistent = (
                not proof if last is None else is_consistent(old, checkpoint.size, last.root, checkpoint.root, proof)
            )
        if not consistent:
            return Answer(422, "the checkpoint does not continue the last one\n")
        line = self.witness.cosign(checkpoint.body, int(self.clock()))
        write(self.folder / "last", f"{note.partition(chr(10) * 2)[0]}\n")
        return Answer(200, f"{line}\n")

    def last(self) -> Checkpoint | None:
        """The last checkpoint that was cosigned. Raises NoteFault when its file is damaged: better no witness than a blind one."""
        file = self.folder / "last"
        return read_body(file.read_text("utf-8")) if file.exists() else None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _read(request: str) -> tuple[int, list[bytes], str]:
    head, gap, note = request.partition("\n\n")
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    if old is None or not gap or len(lines) > LONGEST_PROOF:
        raise NoteFault("this is no request to add a checkpoint")
    proof = [decoded(line) for line in lines]
    if any(len(step) != 32 for step in proof):
        raise NoteFault("a hash of the proof has not 32 bytes")
    return int(old[1]), proof, note


def serve(desk: Desk, host: str, port: int, ready: Callable[[int], None]) -> None:
    """Answer `POST /add-checkpoint` until the process ends. ready: told the port that was bound."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = _TAKES_S

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path.rstrip("/").rpartition("/")[2] != "add-checkpoint":
                self._answer(Answer(404, "not here\n"))
            elif not length.isdecimal() or int(length) > LARGEST_REQUEST:
                self.close_connection = True
                self._answer(Answer(413, "too large\n"))
            else:
                self._answer(desk.add_checkpoint(self.rfile.read(int(length)).decode("utf-8", "replace")))

        def _answer(self, answer: Answer) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer((host, port), Handler) as server:
        ready(server.server_address[1])
        server.serve_forever()


def answer_folder(desk: Desk, folder: Path) -> int:
    """Answer the requests that lie in a folder, `add-checkpoint-<size>`, by `cosignature-<size>`; how many were cosigned.

    For a witness that no network joins to the register: the folder travels. A refusal is `refused-<size>`.
    """
    count = 0
    for file in sorted(folder.glob("add-checkpoint-*")):
        number = file.name.rpartition("-")[2]
        answer = desk.add_checkpoint(file.read_text("utf-8", "replace"))
        name = "cosignature" if answer.status == 200 else "refused"
        write(folder / f"{name}-{number}", answer.body if answer.status == 200 else f"{answer.status} {answer.body}")
        os.unlink(file)
        count += answer.status == 200
    return count
