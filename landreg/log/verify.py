"""Check a certificate against the register's log, with nothing but this file and the log's public key.

    python verify.py CERTIFICATE.pdf --key KEYFILE
    python verify.py --old CHECKPOINT --new CHECKPOINT --proof FILE-OR-FOLDER --key KEYFILE
    python verify.py --bundle FOLDER --key KEYFILE [--export PROOF]

The first says whether the act on which a certificate rests is in the signed log: the PDF carries the proof, a file of
proof alone does as well. The second says whether the log of the newer checkpoint only grew from that of the older: from
a consistency proof, or from a folder of tiles as the log publishes them. The third checks the evidence of a case,
unpacked: every file against its sums, every proof, and rows and papers against what the log says of them; it names what
is not proven, and with the proof of its export says whether all of it is as it was given away. KEYFILE holds
the public key in one line, `name+number+key`. Nothing is sent or fetched. Exit code 0 proven, 1 not proven, 2 wrong use.

One file on purpose, needing only Python: whoever doubts the register can read all of it. Ed25519 after RFC 8032, the
tree after RFC 9162, notes, checkpoints and tiles after C2SP.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

PROOF_NAME = "landreg-proof.json"
PROVEN, NOT_PROVEN, WRONG_USE, PROVEN_IN_PART = 0, 1, 2, 3
LARGEST_FILE = 256 * 1024 * 1024
LARGEST_STREAM = 32 * 1024 * 1024


class NotProven(Exception):
    """Why there is no proof, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class WrongUse(NotProven):
    """A file that is not there: nothing was checked."""


# ---- Ed25519 (RFC 8032, 5.1), checking only

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]


def _add(a: _Point, b: _Point) -> _Point:
    """The sum of two points in extended coordinates."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % _P
    f = (a[1] + a[0]) * (b[1] + b[0]) % _P
    g = 2 * a[3] * b[3] * _D % _P
    h = 2 * a[2] * b[2] % _P
    k, m, n, o = f - e, h - g, h + g, f + e
    return k * m % _P, n * o % _P, m * n % _P, k * o % _P


def _times(factor: int, point: _Point) -> _Point:
    total: _Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = _add(total, point)
        point = _add(point, point)
        factor >>= 1
    return total


def _x_of(y: int, sign: int) -> int | None:
    """The x of a curve point with this y and the sign of x; None when there is none."""
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if x * x % _P != square:
        x = x * _ROOT % _P
    if x * x % _P != square or (x == 0 and sign):
        return None
    return x if x & 1 == sign else _P - x


def _decompress(text: bytes) -> _Point | None:
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x = _x_of(y, sign) if y < _P else None
    return None if x is None else (x, y, 1, x * y % _P)


def _compress(point: _Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


_BASE_Y = 4 * pow(5, -1, _P) % _P
_BASE: _Point = _decompress(_BASE_Y.to_bytes(32, "little")) or (0, 1, 1, 0)


def ed25519_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature of a message was made with the key of these 32 public bytes."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key = _decompress(public)
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or scalar >= _L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    minus_key: _Point = (_P - key[0], key[1], key[2], _P - key[3])
    return _compress(_add(_times(scalar, _BASE), _times(challenge, minus_key))) == signature[:32]


# ---- The tree (RFC 9162, 2.1)


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which a leaf's hash leads along a path (2.1.3.2); None when the path's length does not fit."""
    if not 0 <= index < size:
        return None
    place, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path proves that the newer tree began as the older (2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            older, newer = node_hash(step, older), node_hash(step, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, step)
        place, last = place >> 1, last >> 1
    return last == 0 and older == old_root and newer == new_root


# ---- Keys and checkpoints (C2SP signed-note, tlog-checkpoint)


class Key(NamedTuple):
    """The log's public key. number: the four bytes by which signatures name it."""

    name: str
    number: bytes
    public: bytes


class Checkpoint(NamedTuple):
    """What the log signed: its name, how many entries it had, and the root over them."""

    origin: str
    size: int
    root: bytes


def read_key(text: str) -> Key:
    """The key of a key file. Raises NotProven when it is none."""
    parts = text.strip().split("+", 2)
    raw = _base64(parts[2]) if len(parts) == 3 else None
    if raw is None or len(raw) != 33 or raw[0] != 1 or not parts[0]:
        raise NotProven("公钥文件的内容不是日志公钥。", "The key file does not hold a log's public key.")
    number = hashlib.sha256(parts[0].encode() + b"\n" + raw).digest()[:4]
    if number.hex() != parts[1]:
        raise NotProven("公钥文件已损坏：编号与公钥不符。", "The key file is damaged: its number does not fit its key.")
    return Key(parts[0], number, raw[1:])


_COUNT = r"0|[1-9][0-9]{0,17}"


def in_lines(note: str) -> str:
    """A checkpoint as the log wrote it, where a copy has other ends of lines, or its lines run together by blanks.

    Only where the words can be put apart in one way: name, number, root, and for each signature a dash, a name and base64.
    What is anything else is given back as it is.
    """
    note = note.replace("\r\n", "\n").lstrip("\ufeff")
    words = [word for word in re.split(r"[ \t\n]+", note) if word]
    if len(words) < 3:
        return note
    name, count, root, *rest = words
    signatures = [rest[start : start + 3] for start in range(0, len(rest), 3)]
    whole = re.fullmatch(_COUNT, count) and len(_base64(root) or b"") == 32 and signatures
    if not whole or any(len(one) != 3 or one[0] != "\u2014" or not _base64(one[2]) for one in signatures):
        return note
    return "\n".join((name, count, root, "", *(" ".join(one) for one in signatures), ""))


def read_checkpoint(note: str, key: Key) -> Checkpoint:
    """The checkpoint in a note that this key signed. Raises NotProven when it is none, or was not signed by it."""
    body, gap, signatures = in_lines(note).partition("\n\n")
    lines = body.split("\n")
    signed = _utf8(f"{body}\n")
    if not gap or signed is None or len(lines) < 3 or not re.fullmatch(_COUNT, lines[1]):
        raise NotProven(
            "检查点文件不完整，或者抄录时改动了：应当依次是日志名称、条数、根哈希、一个空行和以“—”开头的签名行，一项一行。"
            "请在公告页或者日志页下载检查点文件，不要改动里面的内容。",
            "The checkpoint file is not whole, or was changed in copying: it holds the log's name, the number of entries, "
            "the root, an empty line and the lines of signatures (they begin with a dash), each by itself. "
            "Download it from the page of the notice or of the log, and change nothing in it.",
        )
    root = _base64(lines[2])
    if root is None or len(root) != 32:
        raise NotProven("检查点的根哈希无法识别。", "The root in the checkpoint cannot be read.")
    if lines[0] != key.name:
        raise NotProven(
            f"检查点属于日志“{_shown(lines[0])}”，公钥属于“{_shown(key.name)}”。",
            f"The checkpoint is of log {_shown(lines[0])}, the key of {_shown(key.name)}.",
        )
    for line in signatures.split("\n"):
        parts = line.split(" ")
        if len(parts) == 3 and parts[:2] == ["\u2014", key.name]:
            raw = _base64(parts[2]) or b""
            if raw[:4] == key.number and ed25519_verifies(key.public, signed, raw[4:]):
                return Checkpoint(lines[0], int(lines[1]), root)
    raise NotProven(
        "检查点不是用这把公钥对应的私钥签名的，或者内容被改动过。",
        "The checkpoint was not signed with this key, or it was changed.",
    )


def read_witness(text: str) -> Key:
    """The key of a witness (C2SP tlog-cosignature). Raises NotProven when it is none."""
    parts = text.strip().split("+", 2)
    raw = _base64(parts[2]) if len(parts) == 3 else None
    if raw is None or len(raw) != 33 or raw[0] != 4 or not parts[0]:
        raise NotProven("见证人公钥文件的内容不是见证人公钥。", "The witness's key file does not hold a witness's key.")
    number = hashlib.sha256(parts[0].encode() + b"\n" + raw).digest()[:4]
    if number.hex() != parts[1]:
        raise NotProven("见证人公钥文件已损坏：编号与公钥不符。", "The witness key's number does not fit its key.")
    return Key(parts[0], number, raw[1:])


def witnessed_at(note: str, witness: Key) -> int:
    """When a witness cosigned the checkpoint of a note, in POSIX seconds. Raises NotProven when it did not."""
    body, _, signatures = in_lines(note).partition("\n\n")
    for line in signatures.split("\n"):
        parts = line.split(" ")
        raw = (_base64(parts[2]) or b"") if len(parts) == 3 and parts[:2] == ["\u2014", witness.name] else b""
        at = int.from_bytes(raw[4:12], "big")
        message = _utf8(f"cosignature/v1\ntime {at}\n{body}\n") or b""
        if len(raw) == 76 and raw[:4] == witness.number and ed25519_verifies(witness.public, message, raw[12:]):
            return at
    raise NotProven(
        f"见证人“{_shown(witness.name)}”没有共同签署这个检查点。",
        f"The witness {_shown(witness.name)} has not cosigned this checkpoint.",
    )


# ---- Proofs


class Proven(NamedTuple):
    """An act that is in the log."""

    leaf: dict[str, Any]
    position: int
    checkpoint: Checkpoint
    note: str


def prove_inclusion(proof_text: bytes, key: Key) -> Proven:
    """Check a proof of inclusion. Raises NotProven with the reason."""
    proof = _json_object(proof_text, "landreg-proof/1", "证明文件", "proof")
    index, size = _number(proof, "index"), _number(proof, "size")
    leaf_bytes, path = _base64(proof.get("leaf")), _path(proof)
    note = proof.get("checkpoint")
    if leaf_bytes is None or not isinstance(note, str):
        raise NotProven("证明文件缺少登记内容或检查点。", "The proof lacks its leaf or its checkpoint.")
    checkpoint = read_checkpoint(note, key)
    if checkpoint.size != size or checkpoint.origin != proof.get("origin"):
        raise NotProven("证明文件与其中的检查点不一致。", "The proof does not agree with the checkpoint in it.")
    root = root_from_inclusion(leaf_hash(leaf_bytes), index, size, path)
    if root != checkpoint.root:
        raise NotProven(
            "登记内容不在签名的日志中：由登记内容和路径算出的根哈希与检查点不符。",
            "The leaf is not in the signed log: leaf and path do not lead to the checkpoint's root.",
        )
    return Proven(_json_object(leaf_bytes, "landreg-leaf/1", "登记内容", "leaf"), index, checkpoint, note)


def prove_growth(old: Checkpoint, new: Checkpoint, proof: Path) -> None:
    """Check that the log only grew, by a consistency proof or a folder of tiles. Raises NotProven with the reason."""
    if old.size > new.size:
        raise NotProven(
            f"日志变短了：较早的检查点有 {old.size} 条，较晚的只有 {new.size} 条。",
            f"The log has shrunk: {old.size} entries in the older checkpoint, {new.size} in the newer.",
        )
    if proof.is_dir():
        grown = _root_of_tiles(proof, old.size) == old.root and _root_of_tiles(proof, new.size) == new.root
    else:
        given = _json_object(_read(proof), "landreg-consistency/1", "证明文件", "proof")
        if (_number(given, "old"), _number(given, "new")) != (old.size, new.size):
            raise NotProven("证明文件不是这两个检查点之间的。", "The proof is not between these two checkpoints.")
        grown = is_consistent(old.size, new.size, old.root, new.root, _path(given))
    if not grown:
        raise NotProven(
            "日志被改写过：较晚的日志不是由较早的日志增加条目而来。",
            "The log was rewritten: the newer log is not the older one with entries added.",
        )


# ---- The evidence of a case, unpacked: what its proofs say, held against its rows and papers

_STEP = ("case_event", "event_id", {"case_id": "", "step": "", "at": "", "by": ""})
_OF_STEP = {"case", "case_id", "step", "at", "by"}
_TOLD: dict[str, tuple[str, str, dict[str, str]]] = {
    "act": ("act", "number", {"kind": ""}),
    "certificate.issued": ("certificate", "number", {"right": "right_id", "sample": "", "sha256": "pdf_sha256"}),
    "notice.published": (
        "notice",
        "number",
        {"published_on": "", "last_day": "", "published_at": "", "by": "published_by", "cases": "content.cases",
         "sha256": "pdf_sha256"},
    ),
    "paper.issued": (
        "paper",
        "number",
        {"kind": "", "case": "case_id", "event": "event_id", "sha256": "pdf_sha256", "made_at": "", "by": "made_by",
         "sample": ""},
    ),
    "application.made": (
        "application",
        "number",
        {"kind": "act_kind", "household": "household_code", "subject": "subject_code", "right": "right_id", "made_at": "",
         "by": "by_account", "agent_act": "agent_act_id"},
    ),
    "application.taken": ("application", "number", {"taken_at": "", "by": "taken_by", "case": "case_id"}),
    "application.ended": ("application", "number", {"state": "", "ended_at": "", "by": "ended_by"}),
    "objection.raised": ("objection", "objection_id", {"case_id": "", "raised_at": "", "taken_by": ""}),
    "objection.settled": ("objection", "objection_id", {"outcome": "", "settled_at": "", "by": "settled_by"}),
    "exit.applied": ("exit", "number", {"exit": "exit_id", "mode": "", "reason": ""}),
    "exit.consented": ("exit_consent", "consent_id", {"exit": "exit_id", "agrees": ""}),
    "exit.offered": (
        "exit_offer", "number", {"exit": "exit_id", "yuan": "total_yuan", "floor": "floor_yuan"},
    ),
    "exit.agreed": ("exit_agreement", "agreement_id", {"exit": "exit_id", "yuan": "total_yuan", "model": ""}),
    "exit.paid": ("exit_payment", "payment_id", {"exit": "exit_id", "yuan": "amount_yuan"}),
    "exit.repaid": ("exit_repayment", "repayment_id", {"exit": "exit_id", "yuan": "amount_yuan"}),
    "exit.paper": (
        "exit_paper",
        "number",
        {"exit": "exit_id", "kind": "", "of": "subject_id", "sha256": "pdf_sha256", "made_at": "", "by": "made_by", "sample": ""},
    ),
    **{f"exit.{step}": ("exit_event", "number", {"exit": "exit_id", "on": "on_day", "way": ""})
       for step in ("noticed", "minors", "withdrawn", "lapsed", "returned")},
    "objection.opened": _STEP,
    **{f"case.{step}": _STEP for step in ("accepted", "reviewed", "returned", "withdrawn", "refused", "rebuilt")},
}  # fmt: skip
"""By kind of entry: the table of its row, the column of its key, and by fact the column that says it ('': of its name)."""
_ALWAYS_TOLD = {
    "act": "number", "certificate": "number", "notice": "number", "paper": "number", "application": "number",
    "objection": "objection_id", "case_event": "event_id", "exit": "number", "exit_consent": "consent_id", "exit_offer": "number",
    "exit_agreement": "agreement_id", "exit_payment": "payment_id", "exit_repayment": "repayment_id", "exit_paper": "number",
    "exit_event": "number",
}  # fmt: skip
_STEPS_TOLD = ("accept", "review", "return", "withdraw", "refuse", "rebuild", "contact")
_MASKED_STEPS = ("tell",)
"""Steps whose reason names somebody and is shown masked."""
_FILED = {"document": "sha256", "certificate": "pdf_sha256", "paper": "pdf_sha256", "notice": "pdf_sha256"}
"""Rows whose file lies in papers/, and the column that names it by its hash."""


_KEYS = {
    **_ALWAYS_TOLD, "case": "number", "case_parcel": "parcel_code", "document": "document_id", "certificate_end": "certificate_id",
    "exit_item": "item_id", "exit_offer_item": "item_id",
    "right_holder": "right_row:household_id", "right_parcel": "right_row:parcel_id",
}  # fmt: skip
"""By table: what names its rows; of any other `row_id`, or the first column that is an id."""
_TEXTS = ("act", "certificate", "certificate_end", "contract", "right", "right_holder", "right_parcel", "parcel_origin")
"""Tables that name nobody: each row of them has its text."""
_WRITTEN = ("contract", "right", "right_holder", "right_parcel", "parcel_origin", "member", "holder")
"""Tables of which a bundle holds every row that the case's act opened or closed."""
_JOINED = {"right": "rights", "contract": "contracts", "right_holder": "holders"}
"""Tables whose rows the leaf of a first registration holds one digest of, and the name of the fact."""
_LATER = {
    "restriction": dict.fromkeys(("bars_transfer", "party_kind", "party_code", "party_id", "parcels")),
    "right_parcel": {"signed_on": None},
    **dict.fromkeys(
        ("exit", "exit_agreement", "exit_offer_item"),
        dict.fromkeys(("offer_id", "shares", "charter_document_id", "cut_parcel", "cut_m2")),
    ),
}
"""Columns that a text leaves out where they say nothing."""
_NOWHERE = {"county", "village"}
"""Columns of which no leaf tells: today's division codes."""

_Row = dict[str, Any]
_Leaves = dict[tuple[str, str], dict[str, Any]]


class Tables(NamedTuple):
    """The rows of a bundle by table, and which columns of which are proven, by table and place."""

    rows: dict[str, list[_Row]]
    proven: dict[tuple[str, int], set[str]]

    def find(self, table: str, key: str) -> tuple[int, _Row] | None:
        """The row of this key, and its place. Raises NotProven when there are several."""
        found = [(at, row) for at, row in enumerate(self.rows.get(table, [])) if _key_of(table, row) == key]
        if len(found) > 1:
            raise _odd(f"rows/{table}.json {key}", "重复出现", "is there more than once")
        return found[0] if found else None

    def prove(self, table: str, at: int, columns: set[str]) -> None:
        """These columns of a row are as a leaf has them."""
        self.proven.setdefault((table, at), set()).update(columns)

    def unproven(self) -> list[tuple[str, list[str], list[str]]]:
        """What no leaf of the bundle proves: table, keys of rows, and their columns; whole rows with no columns named."""
        found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for table, rows in self.rows.items():
            for at, row in enumerate(rows):
                proven = self.proven.get((table, at), set())
                columns = sorted(row.keys() - _NOWHERE - proven)
                if columns:
                    found.setdefault((table, tuple(columns if proven else ())), []).append(_key_of(table, row))
        return [(table, keys, list(columns)) for (table, columns), keys in sorted(found.items())]


class Bundle(NamedTuple):
    """The evidence of a case: how many files, proofs and rows, which rows are not proven, what is missing in it, a checkpoint, and
    whether it is wholly as the office gave it away.
    """

    files: int
    proofs: int
    rows: int
    unproven: list[tuple[str, list[str], list[str]]]
    missing: int
    checkpoint: Checkpoint
    as_given: bool

    @property
    def partly(self) -> bool:
        """Whether something of the case is neither proven by a leaf nor by the entry that the bundle was given away."""
        return bool(self.unproven) and not self.as_given


def prove_bundle(folder: Path, key: Key, export: Path | None = None) -> Bundle:
    """Check an unpacked bundle of evidence. export: the proof of the entry that it was given away. Raises NotProven with the first
    thing that is not as it should be.
    """
    sums = _check_sums(folder)
    tables = Tables({file.stem: _rows(file) for file in sorted((folder / "rows").glob("*.json"))}, {})
    rows = tables.rows
    leaves: _Leaves = {}
    checkpoint = None
    for file in sorted((folder / "log").glob("*.json")):
        proven = prove_inclusion(_read(file), key)
        checkpoint = proven.checkpoint
        kind, name = str(proven.leaf.get("kind")), str(proven.leaf.get("key"))
        leaves[kind, name] = _said(proven.leaf, file.with_suffix(".detail"))
    if checkpoint is None:
        raise NotProven("证据包中没有日志证明。", "There is no proof in the bundle.")
    for (kind, name), said in leaves.items():
        if kind in _TOLD:
            _check_row(kind, name, said, tables)
    told = {(_TOLD[kind][0], name) for kind, name in leaves if kind in _TOLD}
    for table, column in _ALWAYS_TOLD.items():
        for row in rows.get(table, []):
            if table == "case_event" and row.get("step") not in _STEPS_TOLD:
                continue
            if (table, str(row.get(column))) not in told:
                raise _odd(f"{table} {row.get(column)}", "没有日志证明", "has no proof")
    _check_texts(folder, leaves, tables)
    for (kind, _), said in leaves.items():
        if kind == "act":
            _check_written(_facts(said), _personal(said), tables)
    _check_course(leaves, tables)
    _check_documents(leaves, tables)
    _check_between(leaves, tables)
    _check_papers(folder, rows, sums)
    if export is not None:
        _check_given(folder, prove_inclusion(_read(export), key).leaf)
    missing, count = _json_list(folder / "missing.json"), sum(map(len, rows.values()))
    return Bundle(len(sums), len(leaves), count, tables.unproven(), len(missing), checkpoint, export is not None)


def _key_of(table: str, row: _Row) -> str:
    columns = _KEYS.get(table) or next((name for name in ("row_id", *row) if name in row and name != "exit_id"
                                        and name.endswith("_id")), "number")  # fmt: skip
    return ":".join(str(row.get(column)) for column in columns.split(":"))


def _facts(said: dict[str, Any]) -> dict[str, Any]:
    facts = said.get("facts")
    return facts if isinstance(facts, dict) else {}


def _personal(said: dict[str, Any]) -> dict[str, Any]:
    personal = said.get("personal")
    return personal if isinstance(personal, dict) else {}


def _odd(what: str, zh: str, en: str) -> NotProven:
    return NotProven(f"{_shown(what)} {zh}。", f"{_shown(what)} {en}.")


def _check_sums(folder: Path) -> dict[str, str]:
    """By file: its SHA-256, as listed and as it is."""
    sums = {}
    for line in _read_text(folder / "SHA256SUMS").splitlines():
        digest, _, name = line.partition("  ")
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise _odd(name, "不在证据包内", "lies outside the bundle")
        sums[name] = digest
    there = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()} - {"SHA256SUMS"}
    for name in sorted(there ^ sums.keys()):
        raise _odd(name, "与清单 SHA256SUMS 不符", "is not there, or is not listed in SHA256SUMS")
    for name, digest in sums.items():
        if hashlib.sha256(_read(folder / name)).hexdigest() != digest:
            raise _odd(name, "与清单 SHA256SUMS 不符", "is not the file that SHA256SUMS lists")
    return sums


def _json_list(file: Path) -> list[Any]:
    try:
        value = json.loads(_read(file))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, list):
        raise _odd(file.name, "的格式无法识别", "cannot be read")
    return value


def _rows(file: Path) -> list[_Row]:
    return [row for row in _json_list(file) if isinstance(row, dict)]


def _said(leaf: dict[str, Any], detail: Path) -> dict[str, Any]:
    """What a leaf says: its facts and the names of its personal facts, from its detail where it has one."""
    if "detail" not in leaf:
        return leaf
    content = _read(detail)
    if hashlib.sha256(content).hexdigest() != leaf["detail"]:
        raise _odd(detail.name, "不是登记内容所指的明细", "is not the detail that its leaf names")
    return _json_object(b'{"format":"detail",' + content[1:], "detail", "明细", "detail")


def _instant(value: Any) -> datetime | None:
    """An instant, however it is written; none when it is none. Before Python 3.11 a fraction had to have six digits."""
    text = re.sub(r"\.([0-9]{1,6})(?=[+Z]|\Z)", lambda found: "." + found[1].ljust(6, "0"), str(value))
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None


def _same(one: Any, other: Any) -> bool:
    """Whether a leaf and a row say the same: instants are written in two ways, a span of days as text or as its ends."""
    if one is None or other is None or isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if one == other or str(one) == str(other):
        return True
    if isinstance(other, list):
        first, past = (*other, None, None)[:2]
        return str(one) == f"{'(' if first is None else '['}{first or ''},{past or ''})"
    then, now = _instant(one), _instant(other)
    return then is not None and now is not None and then == now and (then.tzinfo is None) == (now.tzinfo is None)


def _differs(table: str, key: str, column: str, then: Any, now: Any) -> NotProven:
    return _odd(
        f"rows/{table}.json {key} {column}",
        f"是“{_shown(now)}”，日志记的是“{_shown(then)}”",
        f'says "{_shown(now)}", and the log "{_shown(then)}"',
    )


def _check_row(kind: str, name: str, said: dict[str, Any], tables: Tables) -> None:
    """That a row says what its leaf says by name."""
    table, column, columns = _TOLD[kind]
    found = tables.find(table, name)
    if found is None:
        raise _odd(
            f"{kind} {name}", f"在 rows/{table}.json 中没有对应的记载", f"has no row of its own in rows/{table}.json"
        )
    at, row = found
    facts = _facts(said)
    for fact, of_row in columns.items():
        then, now = facts.get(fact), _at(row, of_row or fact)
        if not _same(then, now):
            raise _differs(table, name, of_row or fact, then, now)
    tables.prove(table, at, {column, *((of_row or fact).partition(".")[0] for fact, of_row in columns.items())})
    if table == "case_event":
        told = {fact: then for fact, then in facts.items() if fact not in _OF_STEP}
        if row.get("told") != told:
            raise _differs(table, name, "told", told, row.get("told"))
        tables.prove(table, at, {"told"})
    if kind == "application.made" and "request_sha256" in facts:
        if hashlib.sha256(_canonical(row.get("request"))).hexdigest() != facts["request_sha256"]:
            raise _odd(
                f"rows/{table}.json {name} request", "与日志中的摘要不符", "is not what the log holds a digest of"
            )
        tables.prove(table, at, {"request"})
    if kind == "certificate.issued":
        acts = {str(act.get("act_id")): act.get("number") for act in tables.rows.get("act", [])}
        if acts.get(str(row.get("act_id"))) != facts.get("act"):
            raise _differs(table, name, "act_id", facts.get("act"), row.get("act_id"))
        tables.prove(table, at, {"act_id"})


def _at(row: _Row, path: str) -> Any:
    found: Any = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _canonical(value: Any) -> bytes:
    """JSON as RFC 8785 writes it, of what holds no fractions."""
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":")).encode()


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))}
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _check_texts(folder: Path, leaves: _Leaves, tables: Tables) -> None:
    """That each row that has a text says what it says, and that the leaf of the act that wrote it holds the text's digest."""
    cases = {str(row.get("case_id")) for row in tables.rows.get("case", [])}
    own = {str(row.get("number")) for row in tables.rows.get("act", []) if str(row.get("case_id")) in cases}
    given: dict[tuple[str, str], tuple[str, bool]] = {}
    joined: dict[tuple[str, str], dict[str, str]] = {}
    parcels: dict[str, set[str]] = {}
    for one in _json_list(folder / "told" / "rows.json"):
        table, key, kind, entry, text = (str(one.get(name)) for name in ("table", "key", "kind", "entry", "text"))
        said = leaves.get((kind, entry))
        if said is None:
            continue
        if "text" not in one:
            _check_salted(one, _personal(said), tables)
            continue
        given[table, key] = text, entry in own
        first = _facts(said).get("kind") == "first_registration"
        if "salt" in one:
            whole = _salted(f"{table}.{key}", text, str(one["salt"])) == _personal(said).get(f"{table}.{key}")
        elif first and table in _JOINED:
            joined.setdefault((entry, table), {})[key] = text
            whole = True
        else:
            whole = _digest(text) in _values(_facts(said))
            parcels.setdefault(entry, set()).add(_digest(text))
        if not whole:
            raise _odd(
                f"told/rows.json {table} {key}",
                f"与日志中 {entry} 的摘要不符",
                f"is not what {entry} holds a digest of",
            )
    for (entry, table), texts in joined.items():
        # In the order of the ids by which the leaf has them; of holders, within their one right.
        ordered = sorted(texts, key=lambda key: key.rpartition(":")[2])
        if _digest(";".join(texts[key] for key in ordered)) != _facts(leaves["act", entry]).get(_JOINED[table]):
            raise _odd(
                f"told/rows.json {table} {', '.join(ordered)}",
                f"与日志中 {entry} 的摘要不符",
                f"is not what {entry} holds a digest of",
            )
    for (table, key), (text, of_case) in given.items():
        _check_text(table, key, text, tables, of_case)
    _check_given_texts(leaves, tables, own, set(given), parcels, {entry + " " + table for entry, table in joined})


def _check_salted(one: _Row, personal: dict[str, Any], tables: Tables) -> None:
    """That a row is as a leaf holds it, whose text follows from its columns by their names; or that one column of it is, of which
    the row's own leaf tells by that name.
    """
    table, name = str(one.get("table")), str(one.get("name"))
    found = next(((at, row) for at, row in enumerate(tables.rows.get(table, [])) if one.get("key") in _ids(row)), None)
    if found is None:
        raise _odd(
            f"rows/{table}.json {one.get('key')}", "不在证据包中，日志记有这一行", "is not there, and the log has it"
        )
    at, row = found
    columns = sorted(row.keys() - _NOWHERE)
    text = "; ".join(
        f"{column}={_plainly(row[column])}"
        for column in columns
        if row[column] is not None or column not in _LATER.get(table, {})
    )
    alone = name in row and one.get("entry") == _key_of(table, row)
    if alone:
        text = str(row[name] or "")
    if _salted(name, text, str(one.get("salt"))) != personal.get(name):
        what = f"rows/{table}.json {_key_of(table, row)}{' ' + name if alone else ''}"
        raise _odd(what, "与日志中的摘要不符", "is not what the log holds a digest of")
    tables.prove(table, at, {name} if alone else set(row))


def _ids(row: _Row) -> set[str]:
    return {str(value) for column, value in row.items() if column.endswith("_id")}


def _plainly(value: Any) -> str:
    """A column as leaves of rooms beside the register write it."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    text = str(value)
    return re.sub(r"\A([0-9]{4}-[0-9]{2}-[0-9]{2}) (?=[0-9]{2}:[0-9]{2}:[0-9]{2})", r"\1T", text)


def _salted(name: str, text: str, salt: str) -> str:
    try:
        return hashlib.sha256(bytes.fromhex(salt) + name.encode() + b"\0" + text.encode()).hexdigest()
    except ValueError:
        return ""


def _values(facts: dict[str, Any]) -> set[str]:
    """The digests in a leaf, by whatever name."""
    inner = (one for value in facts.values() for one in (value.values() if isinstance(value, dict) else [value]))
    return {value for value in inner if isinstance(value, str)}


def _check_text(table: str, key: str, text: str, tables: Tables, own: bool) -> None:
    """That a row says what its text says. own: written by the case's act, so that the row has to be there."""
    found = tables.find(table, key)
    if found is None:
        if own:
            raise _odd(f"rows/{table}.json {key}", "不在证据包中，日志记有这一行", "is not there, and the log has it")
        return
    at, row = found
    for column, then in _columns(table, key, text).items():
        now = row.get(column)
        if column == "recorded":
            now = now[0] if isinstance(now, list) and now else None
            moment = _instant(now)
            if moment is None or moment != then:
                raise _differs(table, key, column, str(then), now)
        elif column not in row or not _same(then, now):
            raise _differs(table, key, column, then, now)
        else:
            tables.prove(table, at, {column})


def _columns(table: str, key: str, text: str) -> _Row:
    """What a row's text says by column: a hash of its shape, the columns as JSON, its beginning on the clock, and later columns."""
    start = 32 if re.match(r"[0-9a-f]{32}\{", text) else 0
    try:
        columns, end = json.JSONDecoder(parse_float=str).raw_decode(text, start)
    except (ValueError, RecursionError):
        columns, end = None, 0
    rest = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)?((?: [a-z_]+=[^ ]*)*)", text[end:])
    if not isinstance(columns, dict) or rest is None:
        raise _odd(f"told/rows.json {table} {key}", "的格式无法识别", "cannot be read")
    columns = {**_LATER.get(table, {}), **columns}
    if rest[1]:
        whole, _, part = rest[1].partition(".")
        since = timedelta(seconds=int(whole), microseconds=int(part.ljust(6, "0")))
        columns["recorded"] = datetime(1970, 1, 1, tzinfo=timezone.utc) + since  # noqa: UP017
    for one in rest[2].split():
        name, _, value = one.partition("=")
        listed = value[1:-1].split(",") if value.startswith("{") else value
        columns[name] = {"true": True, "false": False}.get(value, listed)
    return columns


def _check_given_texts(
    leaves: _Leaves,
    tables: Tables,
    own: set[str],
    given: set[tuple[str, str]],
    parcels: dict[str, set[str]],
    joined: set[str],
) -> None:
    """That no text is left out: of a row that names nobody, and of what the case's act is said to have written."""
    for table in _TEXTS:
        for row in tables.rows.get(table, []):
            act = {str(one.get("act_id")): str(one.get("number")) for one in tables.rows.get("act", [])}
            by = act.get(str(row.get("act_id")))
            if (table, _key_of(table, row)) not in given and (table in ("act", "certificate") or by is not None):
                raise _odd(f"rows/{table}.json {_key_of(table, row)}", "没有原文", "has no text in told/rows.json")
    for (kind, entry), said in leaves.items():
        facts = _facts(said)
        if kind != "act" or entry not in own or facts.get("kind") != "first_registration":
            continue
        held = facts.get("parcels")
        for code, digest in (held if isinstance(held, dict) else {}).items():
            if digest not in parcels.get(entry, set()):
                raise _odd(
                    f"rows/right_parcel.json {code}", "不在证据包中，日志记有这一行", "is not there, and the log has it"
                )
        for table, fact in _JOINED.items():
            if facts.get(fact) and f"{entry} {table}" not in joined:
                raise _odd(f"rows/{table}.json", f"没有 {entry} 写入的行", f"has no row that {entry} wrote")


def _check_written(facts: dict[str, Any], personal: dict[str, Any], tables: Tables) -> None:
    """That the rows that an act opened and closed are those that its leaf names: none more, and of the case's own act none less."""
    rows = tables.rows
    number = facts.get("act")
    acts = [row for row in rows.get("act", []) if row.get("number") == number]
    ids = {str(row.get("act_id")) for row in acts}
    _check_closed(facts, acts, tables)
    if not isinstance(facts.get("closed"), list):
        return
    closed = {str(line).partition(" ")[2] for line in facts["closed"]}
    named = {(table, key) for table, value in facts.items() if isinstance(value, dict) for key in value}
    named |= {(name.partition(".")[0], name.partition(".")[2]) for name in personal}
    opened = {key for _, key in named}
    for table, found in rows.items():
        for row in found:
            name = _key_of(table, row)
            if "recorded" not in row:
                continue
            if str(row.get("act_id")) in ids and name not in opened:
                raise _odd(f"rows/{table}.json {name}", "不是该登记行为写入的", "was not written by the act")
            if str(row.get("ended_by_act")) in ids and name not in closed:
                raise _odd(f"rows/{table}.json {name}", "不是该登记行为结束的", "was not closed by the act")
    if not {str(row.get("case_id")) for row in acts} & {str(row.get("case_id")) for row in rows.get("case", [])}:
        return
    named |= {(line.partition(" ")[0].partition(".")[2], line.partition(" ")[2]) for line in map(str, facts["closed"])}
    for table, key in sorted(named):
        if table in _WRITTEN and tables.find(table, key) is None:
            raise _odd(f"rows/{table}.json {key}", "不在证据包中，日志记有这一行", "is not there, and the log has it")


def _check_closed(facts: dict[str, Any], acts: list[_Row], tables: Tables) -> None:
    """That a row is closed by this act if its leaf says so, and at the act's instant."""
    ids = {str(act.get("act_id")): act.get("registered_at") for act in acts}
    lines = facts.get("closed")
    closed = {str(line).partition(".")[2] for line in lines} if isinstance(lines, list) else set()
    for table, found in tables.rows.items():
        for at, row in enumerate(found):
            if "recorded" not in row or (table, at) not in tables.proven:
                continue
            by, span, name = str(row.get("ended_by_act")), row["recorded"], _key_of(table, row)
            past = span[1] if isinstance(span, list) and len(span) > 1 else None
            if f"{table} {name}" in closed and by not in ids:
                raise _differs(table, name, "ended_by_act", facts.get("act"), row.get("ended_by_act"))
            if by in ids and not _same(ids[by], past):
                raise _differs(table, name, "recorded", ids[by], past)
            if by in ids or (row.get("ended_by_act") is None and past is None):
                tables.prove(table, at, {"recorded", "ended_by_act"})


def _check_course(leaves: _Leaves, tables: Tables) -> None:
    """That a case and the order of its parcels are as the last acceptance and review of it made them."""
    facts = [_facts(said) for (kind, _), said in leaves.items() if kind.startswith("case.")]
    for at, row in enumerate(tables.rows.get("case", [])):
        steps = sorted(
            (one for one in facts if one.get("case_id") == row.get("case_id")), key=lambda one: str(one["at"])
        )
        accepted: dict[str, Any] = next((one for one in reversed(steps) if one.get("step") == "accept"), {})
        later = (
            one
            for one in reversed(steps)
            if one.get("step") == "review" and str(one["at"]) >= str(accepted.get("at", ""))
        )
        reviewed: dict[str, Any] = next(later, {})
        said = {
            "accepted_at": accepted.get("at"), "accepted_by": accepted.get("by"), "due_on": accepted.get("due_on"),
            "accepted_on": _day(accepted["at"]) if accepted else None,
            "reviewed_at": reviewed.get("at"), "reviewed_by": reviewed.get("by"),
            **({"number": accepted.get("case"), "case_id": accepted.get("case_id")} if accepted else {}),
        }  # fmt: skip
        acts = {
            str(act.get("act_id")): act
            for act in tables.rows.get("act", [])
            if act.get("case_id") == row.get("case_id")
        }
        if row.get("act_id") is not None:
            act = acts.get(str(row["act_id"]), {})
            said |= {"act_id": act.get("act_id"), "act_kind": act.get("kind")}
        for column, then in said.items():
            if not _same(then, row.get(column)):
                raise _differs("case", str(row.get("number")), column, then, row.get(column))
        tables.prove("case", at, set(said))
        orders = accepted.get("orders")
        for place, parcel in enumerate(tables.rows.get("case_parcel", [])):
            then = orders.get(parcel.get("parcel_code")) if isinstance(orders, dict) else None
            if not _same(then, parcel.get("acceptance_order")):
                raise _differs(
                    "case_parcel",
                    _key_of("case_parcel", parcel),
                    "acceptance_order",
                    then,
                    parcel.get("acceptance_order"),
                )
            if then is not None:
                tables.prove("case_parcel", place, {"case_id", "parcel_code", "acceptance_order"})


def _check_documents(leaves: _Leaves, tables: Tables) -> None:
    """That each document of the folder is as the steps found it that told of it."""
    told = _found_by_steps(leaves, "papers")
    _check_there("document", leaves, "papers", tables)
    for at, row in enumerate(tables.rows.get("document", [])):
        name = hashlib.sha256(str(row.get("name")).encode()).hexdigest()
        names = [row[key] for key in ("letter", "restriction_id") if row.get(key) is not None]
        line = [
            row.get("kind"),
            row.get("sha256"),
            row.get("size"),
            name,
            row.get("put_by"),
            _moment(row.get("put_at")),
        ]
        _check_digest("document", at, [*line, *names], told, tables)


def _check_between(leaves: _Leaves, tables: Tables) -> None:
    """That each step without a leaf of its own is as the later steps found it that told of it."""
    told = _found_by_steps(leaves, "steps")
    _check_there("case_event", leaves, "steps", tables)
    for at, row in enumerate(tables.rows.get("case_event", [])):
        line = [row.get("step"), _moment(row.get("at")), row.get("by"), row.get("by_name"), row.get("reason")]
        if row.get("step") not in _MASKED_STEPS:
            _check_digest("case_event", at, line, told, tables)


def _found_by_steps(leaves: _Leaves, what: str) -> dict[str, set[str]]:
    """By key of a row: the digests that leaves hold of it."""
    told: dict[str, set[str]] = {}
    for said in leaves.values():
        found = _facts(said).get(what)
        for name, digest in (found if isinstance(found, dict) else {}).items():
            told.setdefault(name, set()).add(str(digest))
    return told


def _check_there(table: str, leaves: _Leaves, what: str, tables: Tables) -> None:
    """That every row is there of which a leaf of the bundle's cases holds a digest."""
    there = {_key_of(table, row) for row in tables.rows.get(table, [])}
    own = {row.get("case_id") for row in tables.rows.get("case", [])} - {None}
    own |= {row.get("number") for row in tables.rows.get("case", [])} - {None}
    for said in leaves.values():
        facts = _facts(said)
        found = facts.get(what)
        if not isinstance(found, dict) or not {str(facts.get("case_id")), str(facts.get("case"))} & own:
            continue
        for key in sorted(found.keys() - there):
            raise _odd(f"rows/{table}.json {key}", "不在证据包中，日志记有这一行", "is not there, and the log has it")


def _check_digest(table: str, at: int, line: list[Any], told: dict[str, set[str]], tables: Tables) -> None:
    """That a row is what leaves hold digests of, if any does."""
    row = tables.rows[table][at]
    key, digest = _key_of(table, row), hashlib.sha256(json.dumps(line, ensure_ascii=False).encode()).hexdigest()
    if told.get(key, {digest}) != {digest}:
        raise _odd(f"rows/{table}.json {key}", "与日志中的摘要不符", "is not what the log holds a digest of")
    if key in told:
        tables.prove(table, at, set(row))


def _moment(value: Any) -> str:
    """An instant as leaves write it."""
    at = _instant(value)
    return "" if at is None else f"{at.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%S.%fZ}"  # noqa: UP017


def _check_given(folder: Path, leaf: dict[str, Any]) -> None:
    """That the bundle is the one that an entry says was given away, to the last byte."""
    given = _facts(leaf).get("sha256") if leaf.get("kind") == "audit.exported" else None
    if given != hashlib.sha256(_read(folder / "SHA256SUMS")).hexdigest():
        raise _odd(
            "SHA256SUMS", "不是该条日志所记导出的证据包", "is not of the bundle that this entry says was given away"
        )


def _check_papers(folder: Path, rows: dict[str, list[dict[str, Any]]], sums: dict[str, str]) -> None:
    """That the file of each row is there as the row has it, or is named among the missing, and that no other is there."""
    missing = (row for row in _json_list(folder / "missing.json") if isinstance(row, dict) and row.get("sha256"))
    there = {name: digest for name, digest in sums.items() if name.startswith("papers/")}
    there |= {f"missing.json {row.get('file')}": str(row.get("sha256")) for row in missing}
    named = {}
    for table, column in _FILED.items():
        for row in rows.get(table, []):
            if row.get(column):
                named[str(row[column])] = f"rows/{table}.json {_key_of(table, row)}"
    for digest in sorted(named.keys() - set(there.values())):
        raise _odd(named[digest], "所记的文件不在证据包中", "names a file that is not among the papers")
    for name in sorted(name for name, digest in there.items() if digest not in named):
        raise _odd(name, "不是任何一行所记的文件", "is the file that no row names")


def _root_of_tiles(folder: Path, size: int) -> bytes:
    """The root over the first `size` leaves, from the tiles of level 0 as C2SP tlog-tiles lays them out."""
    stack: list[tuple[int, bytes]] = []
    for position in range((size + 255) // 256):
        width = min(256, size - position * 256)
        hashes = _tile(folder, position, width)
        for start in range(0, width * 32, 32):
            level, found = 0, hashes[start : start + 32]
            while stack and stack[-1][0] == level:
                found = node_hash(stack.pop()[1], found)
                level += 1
            stack.append((level, found))
    root = stack.pop()[1] if stack else hashlib.sha256(b"").digest()
    while stack:
        root = node_hash(stack.pop()[1], root)
    return root


def _tile(folder: Path, position: int, width: int) -> bytes:
    digits = f"{position:03d}"
    digits = digits.zfill((len(digits) + 2) // 3 * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    base = folder / "tile" / "0" if (folder / "tile").is_dir() else folder / "0"
    # A longer tile begins with the same hashes.
    longer = (base / f"{name}.p" / str(more) for more in range(width, 256))
    for file in (base / name, *longer):
        if file.is_file():
            return _read(file)[: width * 32].ljust(width * 32, b"\0")
    raise NotProven(f"缺少瓦片 tile/0/{name}。", f"The tile tile/0/{name} is missing.")


def _json_object(text: bytes, form: str, zh: str, en: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or value.get("format") != form:
        raise NotProven(f"{zh}的格式无法识别（应为 {form}）。", f"The {en} cannot be read as {form}.")
    return value


def _number(proof: dict[str, Any], name: str) -> int:
    value = proof.get(name)
    if type(value) is not int or not 0 <= value < 2**60:
        raise NotProven(f"证明文件的“{name}”不是有效数字。", f"{name} in the proof is not a valid number.")
    return value


def _path(proof: dict[str, Any]) -> list[bytes]:
    path = proof.get("path")
    steps = [_base64(step) for step in path] if isinstance(path, list) and len(path) < 128 else [None]
    found = [step for step in steps if step is not None and len(step) == 32]
    if len(found) != len(steps):
        raise NotProven("证明文件的哈希路径已损坏。", "The path of hashes in the proof is damaged.")
    return found


def _utf8(text: str) -> bytes | None:
    """None for half of a surrogate pair, which JSON can spell and no note can hold."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None


def _base64(text: Any) -> bytes | None:
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


# ---- Files attached to a PDF (ISO 32000): enough of the format to find them, updates written later included


class _Fault(Exception):
    """What stands here is no PDF value."""


class _Name(str):
    """A PDF name."""


class _Ref(NamedTuple):
    number: int
    generation: int


class _Stream(NamedTuple):
    entries: dict[str, Any]
    data: bytes


_SPACE = b"\0\t\n\f\r "
_SKIPPED = re.compile(rb"(?:[\0\t\n\f\r ]|%[^\r\n]*)*")
_PLAIN = re.compile(rb"[^\0\t\n\f\r ()<>\[\]{}/%]*")
_REFERENCE = re.compile(rb"(\d{1,10})[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+R(?![^\0\t\n\f\r ()<>\[\]{}/%])")
_OBJECT = re.compile(rb"(?<![0-9])(\d{1,10})[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+obj(?![A-Za-z0-9])|\btrailer\b")
_STRING_PART = re.compile(rb"[^()\\]+|\\\r\n|\\[0-7]{1,3}|\\.|[()]", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_DEEPEST = 64


class _Reader:
    """Reads PDF values one after another."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def skip(self) -> None:
        """Past white space and comments."""
        match = _SKIPPED.match(self.data, self.at)
        self.at = match.end() if match else self.at

    def value(self, depth: int = 0) -> Any:
        """The value that begins here. Raises _Fault."""
        self.skip()
        if depth > _DEEPEST or self.at >= len(self.data):
            raise _Fault
        start = self.data[self.at : self.at + 2]
        if start == b"<<":
            return self._dictionary(depth)
        if start[:1] == b"[":
            self.at += 1
            return list(self._until(b"]", depth))
        if start[:1] == b"(":
            return self._string()
        if start[:1] == b"<":
            return self._hexadecimal()
        return self._word()

    def _until(self, end: bytes, depth: int) -> Iterator[Any]:
        while True:
            self.skip()
            if self.data.startswith(end, self.at):
                self.at += len(end)
                return
            yield self.value(depth + 1)

    def _dictionary(self, depth: int) -> dict[str, Any]:
        self.at += 2
        values = list(self._until(b">>", depth))
        if len(values) % 2:
            raise _Fault
        return {str(values[i]): values[i + 1] for i in range(0, len(values), 2) if isinstance(values[i], _Name)}

    def _string(self) -> bytes:
        self.at += 1
        depth = 1
        parts: list[bytes] = []
        while match := _STRING_PART.match(self.data, self.at):
            part, self.at = match[0], match.end()
            if part == b"(":
                depth += 1
            elif part == b")":
                depth -= 1
                if depth == 0:
                    return b"".join(parts)
            elif part[:1] == b"\\":
                rest = part[1:]
                octal = rest.isdigit() and rest < b"8"
                part = bytes([int(rest, 8) & 255]) if octal else _ESCAPES.get(rest, rest.strip(b"\r\n"))
            parts.append(part)
        raise _Fault

    def _hexadecimal(self) -> bytes:
        end = self.data.find(b">", self.at)
        if end < 0:
            self.at = len(self.data)
            raise _Fault
        digits = bytes(sign for sign in self.data[self.at + 1 : end] if sign not in _SPACE)
        self.at = end + 1
        try:
            return binascii.unhexlify(digits + b"0" * (len(digits) % 2))
        except binascii.Error as error:
            raise _Fault from error

    def _word(self) -> Any:
        reference = _REFERENCE.match(self.data, self.at)
        if reference:
            self.at = reference.end()
            return _Ref(int(reference[1]), int(reference[2]))
        named = self.data[self.at : self.at + 1] == b"/"
        match = _PLAIN.match(self.data, self.at + named)
        word = match[0] if match else b""
        if not word and not named:
            raise _Fault
        self.at += named + len(word)
        if named:
            plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), word)
            return _Name(plain.decode("utf-8", "replace"))
        if re.fullmatch(rb"[+-]?\d{1,18}", word):
            return int(word)
        # A real number, true, false or null: nothing here turns on it.
        return word.decode("latin-1")


class Pdf:
    """The objects of a PDF, each as its last update has it, and what is attached. Raises NotProven for no PDF."""

    def __init__(self, data: bytes) -> None:
        if b"%PDF-" not in data[:1024]:
            raise NotProven("这个文件不是 PDF，也不是证明文件。", "This file is neither a PDF nor a proof.")
        self._objects: dict[int, Any] = {}
        self._trailers: list[dict[str, Any]] = []
        self._left = 8 * LARGEST_STREAM
        # A value that never ends is read to the end of the file, and each of many may be: together they are bounded.
        self._unread = 4 * len(data) + LARGEST_STREAM // 32
        self._scan(data)
        if any("Encrypt" in trailer for trailer in self._trailers):
            raise NotProven("PDF 已加密，无法读取其中的证明。", "The PDF is encrypted; its proof cannot be read.")

    def attachments(self, name: str) -> list[bytes]:
        """The contents of the files attached under a name."""
        root = next((t["Root"] for t in reversed(self._trailers) if "Root" in t), None)
        catalog = self._dictionary(root)
        names = self._dictionary(self._dictionary(catalog.get("Names")).get("EmbeddedFiles"))
        files = [*self._leaves_of(names), *self._list(catalog.get("AF"))]
        streams: dict[int, _Stream] = {}
        for file in files:
            entries = self._dictionary(file)
            if name in {_text(self._resolved(entries.get(field))) for field in ("UF", "F")}:
                embedded = self._dictionary(entries.get("EF"))
                stream = self._resolved(embedded.get("F", embedded.get("UF")))
                if isinstance(stream, _Stream):
                    streams[id(stream.entries)] = stream
        return [self._decoded(stream) for stream in streams.values()]

    def _scan(self, data: bytes) -> None:
        at = 0
        while match := _OBJECT.search(data, at):
            reader = _Reader(data, match.end())
            try:
                value = self._value(reader)
            except _Fault:
                at = match.end()
                continue
            at = reader.at
            if match[1] is None:
                if isinstance(value, dict):
                    self._trailers.append(value)
                continue
            if isinstance(value, dict):
                reader.skip()
                if data.startswith(b"stream", reader.at):
                    value, at = self._stream(data, value, reader.at + 6)
            self._objects[int(match[1])] = value
            if isinstance(value, _Stream):
                self._open(value)

    def _value(self, reader: _Reader) -> Any:
        """The value where a reader stands. Raises _Fault; NotProven once all values together are longer than a PDF's are."""
        start = reader.at
        try:
            return reader.value()
        finally:
            self._unread -= reader.at - start
            if self._unread < 0:
                raise NotProven("PDF 的结构异常，无法读取。", "The PDF is built in a way that cannot be read.")

    def _stream(self, data: bytes, entries: dict[str, Any], start: int) -> tuple[_Stream, int]:
        start += 2 if data.startswith(b"\r\n", start) else 1
        length = self._resolved(entries.get("Length"))
        if isinstance(length, int) and length >= 0 and re.compile(rb"\s*endstream").match(data, start + length):
            return _Stream(entries, data[start : start + length]), start + length
        end = data.find(b"endstream", start)
        end = len(data) if end < 0 else end
        # Its length is said further on: all but the line end that belongs to the keyword.
        return _Stream(entries, re.sub(rb"\r?\n\Z", b"", data[start:end])), end

    def _open(self, stream: _Stream) -> None:
        """What a stream of objects or of cross-references adds."""
        kind = stream.entries.get("Type")
        if kind == "XRef":
            self._trailers.append(stream.entries)
        if kind != "ObjStm":
            return
        count, first = (self._resolved(stream.entries.get(name)) for name in ("N", "First"))
        if not isinstance(count, int) or not isinstance(first, int):
            return
        data = self._decoded(stream)
        self._unread += 4 * len(data)
        head = _Reader(data)
        try:
            pairs = [(self._value(head), self._value(head)) for _ in range(min(count, 100_000))]
            for number, offset in pairs:
                if isinstance(number, int) and isinstance(offset, int) and first + offset >= 0:
                    self._objects[number] = self._value(_Reader(data, first + offset))
        except _Fault:
            return

    def _decoded(self, stream: _Stream) -> bytes:
        filters = self._resolved(stream.entries.get("Filter"))
        chain = filters if isinstance(filters, list) else [] if filters is None else [filters]
        data = stream.data
        for name in map(self._resolved, chain):
            if name not in ("FlateDecode", "Fl"):
                raise NotProven(
                    f"PDF 附件使用了不支持的编码 {_shown(str(name))}。",
                    f"The PDF's attachment is encoded in a way that is not supported: {_shown(str(name))}.",
                )
            data = self._inflated(data)
        return data

    def _inflated(self, data: bytes) -> bytes:
        inflater = zlib.decompressobj()
        try:
            found = inflater.decompress(data, min(LARGEST_STREAM, self._left))
        except zlib.error as error:
            raise NotProven("PDF 的压缩数据已损坏。", "Compressed data in the PDF are damaged.") from error
        self._left -= len(found)
        if inflater.unconsumed_tail or self._left <= 0:
            raise NotProven("PDF 的压缩数据过大。", "Compressed data in the PDF are too large.")
        return found

    def _leaves_of(self, tree: dict[str, Any]) -> Iterator[Any]:
        """The values of a name tree."""
        waiting, left = [tree], 10_000
        while waiting and left:
            node, left = waiting.pop(), left - 1
            yield from self._list(node.get("Names"))[1::2]
            waiting += [self._dictionary(kid) for kid in self._list(node.get("Kids"))]

    def _resolved(self, value: Any) -> Any:
        for _ in range(_DEEPEST):
            if not isinstance(value, _Ref):
                return value
            value = self._objects.get(value.number)
        return None

    def _dictionary(self, value: Any) -> dict[str, Any]:
        found = self._resolved(value)
        return found if isinstance(found, dict) else {}

    def _list(self, value: Any) -> list[Any]:
        found = self._resolved(value)
        return found if isinstance(found, list) else []


def _text(value: Any) -> str:
    if not isinstance(value, bytes):
        return ""
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", "replace")
    return value.decode("utf-8", "replace").removeprefix("\ufeff")


def proof_in(data: bytes) -> bytes:
    """The proof that a PDF carries; a proof itself is given back. Raises NotProven when there is none, or several."""
    if data.lstrip()[:1] == b"{":
        return data
    found = Pdf(data).attachments(PROOF_NAME)
    if not found:
        raise NotProven(f"PDF 没有附带证明（{PROOF_NAME}）。", f"The PDF carries no proof ({PROOF_NAME}).")
    if len(found) > 1:
        raise NotProven("PDF 附带了不止一份证明。", "The PDF carries more than one proof.")
    return found[0]


# ---- What is said

# What a certificate shows too, so that a reader can hold one against the other.
_LABELS = {
    "act": "登记簿行为号 act",
    "kind": "事项 kind",
    "case": "办件号 case",
    "code": "权利编码 code",
    "household": "农户代码 household",
    "area_m2": "面积（平方米） area, m²",
    "parcels": "地块编码 parcels",
}


def _shown(value: Any) -> str:
    """A value for the terminal: control characters cannot act there."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _day(at: Any) -> str:
    """The Beijing day of an instant in a leaf."""
    try:
        moment = datetime.fromisoformat(str(at).replace("Z", "+00:00"))
        return f"{moment.astimezone(timezone(timedelta(hours=8))):%Y-%m-%d}"
    except (ValueError, OverflowError):
        return "?"


def _say_inclusion(proven: Proven, key: Key) -> None:
    leaf, checkpoint = proven.leaf, proven.checkpoint
    name, day = _shown(leaf.get("key")), _day(leaf.get("at"))
    signer = f"{_shown(checkpoint.origin)} ({key.number.hex()})"
    print(f"已证明：登记行为 {name} 于 {day} 记入登记日志，是第 {proven.position + 1} 条；")
    print(f"　　　　签名时日志共有 {checkpoint.size} 条，签名者为 {signer}。")
    print(f"Proven: act {name} of {day} is entry {proven.position + 1} of the {checkpoint.size} that {signer} signed.")
    facts = leaf.get("facts")
    if not isinstance(facts, dict):
        return
    print("本程序只证明登记行为在日志中；纸面内容请逐项核对，电子签名请用 PDF 阅读器查看。")
    print(
        "This proves that the act is in the log; compare the paper line by line, and see its signature in a PDF reader."
    )
    print("请与证书核对 / Compare with the certificate:")
    for field, label in _LABELS.items():
        value = facts.get(field)
        if value:
            print(f"  {label}：{_shown('、'.join(value) if isinstance(value, dict) else value)}")


def _say_growth(old: Checkpoint, new: Checkpoint, key: Key) -> None:
    signer = f"{_shown(new.origin)} ({key.number.hex()})"
    print(f"已证明：日志从 {old.size} 条增加到 {new.size} 条，原有条目没有改动；签名者为 {signer}。")
    print(f"Proven: the log grew from {old.size} to {new.size} entries, and none was changed; signed by {signer}.")


def _say_bundle(found: Bundle, key: Key) -> None:
    signer = f"{_shown(found.checkpoint.origin)} ({key.number.hex()})"
    size = found.checkpoint.size
    if found.partly:
        print("部分证明：本案有内容未能与日志核对，逐项列在下面，不能当作已证明使用。")
        print("Proven in part: of this case something could not be held against the log; it is listed below.")
    print(f"已证明：{found.files} 个文件与清单一致，{found.proofs} 条登记内容在签名的日志（{size} 条，{signer}）中，")
    print(f"　　　　{found.rows} 行记载与日志一致，下列除外；未能收入的文件 {found.missing} 个。")
    print(
        f"Proven: {found.files} files are as listed, {found.proofs} leaves are in the log of {size} entries that {signer}"
    )
    print(
        f"signed, and its {found.rows} rows say what the log says, but those below; {found.missing} papers are missing."
    )
    if found.as_given:
        print("另已证明：整个证据包与日志所记导出时的一致，下列各项也未被改动过。")
        print("Proven as well: the bundle is to the last byte the one that was given away, what is below too.")
    print("未能证明（姓名已隐去，或日志未单独记载；各表的 county、village 是现行区划代码，日志不记）：")
    print("Not proven (names are masked, or no leaf tells of it; county and village are today's codes, of no leaf):")
    for table, keys, columns in found.unproven:
        named = ", ".join(keys[:_MOST_NAMED]) + (" …" if len(keys) > _MOST_NAMED else "")
        said = "整行 whole row" if not columns else ", ".join(columns)
        print(f"  rows/{_shown(table)}.json × {len(keys)}（{_shown(named)}）：{_shown(said)}")


_MOST_NAMED = 3


def _say_witnessed(note: str, key: Key, witnesses: Sequence[Path]) -> None:
    """Raises NotProven for the first witness whose cosignature the note does not bear."""
    checkpoint = read_checkpoint(note, key)
    for file in witnesses:
        witness = read_witness(_read_text(file))
        moment = datetime.fromtimestamp(min(witnessed_at(note, witness), 2**32), timezone.utc).isoformat()  # noqa: UP017
        print(f"见证人 {_shown(witness.name)} 共同签署了 {checkpoint.size} 条时的检查点：{_day(moment)}。")
        print(
            f"The witness {_shown(witness.name)} cosigned the checkpoint of {checkpoint.size} entries: {_day(moment)}."
        )


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise NotProven(f"文件过大：{_shown(str(file))}", f"The file is too large: {_shown(str(file))}")
        return file.read_bytes()
    except OSError as error:
        shown = _shown(str(file))
        raise WrongUse(f"无法读取文件：{shown}", f"The file cannot be read: {shown}") from error


def _read_text(file: Path) -> str:
    return _read(file).decode("utf-8", "replace")


class _Parser(argparse.ArgumentParser):
    """Says in both languages that it was used wrongly."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(WRONG_USE, f"用法错误，见 --help。 Wrong use, see --help: {message}\n")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(
        prog="verify.py",
        description="核验证书所依据的登记行为是否在签名的登记日志中。 "
        "Check that the act behind a certificate is in the register's signed log.",
        epilog="退出码 0 已证明，1 未证明，2 用法错误，3 部分证明。 "
        "Exit code 0 proven, 1 not proven, 2 wrong use, 3 proven in part.",
    )
    parser.add_argument("certificate", nargs="?", type=Path, help="证书 PDF 或证明文件 / the PDF, or a proof by itself")
    parser.add_argument("--key", type=Path, required=True, help="日志公钥文件 / file of the log's public key")
    parser.add_argument("--old", type=Path, help="较早的检查点 / the older checkpoint")
    parser.add_argument("--new", type=Path, help="较晚的检查点 / the newer checkpoint")
    parser.add_argument(
        "--proof",
        type=Path,
        help="增长证明（/log 页可下载）或瓦片文件夹 / proof of growth (page /log), or a folder of tiles",
    )
    parser.add_argument(
        "--witness", type=Path, action="append", default=[], help="见证人公钥文件，可多次 / a witness's key file"
    )
    parser.add_argument("--checkpoint", type=Path, help="见证人签署过的检查点 / a checkpoint that witnesses cosigned")
    parser.add_argument("--bundle", type=Path, help="解开的证据包文件夹 / folder of an unpacked bundle of evidence")
    parser.add_argument(
        "--export", type=Path, help="证据包导出的证明 / proof of the entry that tells of the bundle's export"
    )
    given = parser.parse_args(arguments)
    if given.export is not None and given.bundle is None:
        parser.error("--export 只与 --bundle 同用 / --export goes with --bundle only")
    if given.bundle is not None:
        if given.certificate or given.old or given.new or given.proof or given.witness or given.checkpoint:
            parser.error("--bundle 只与 --key、--export 同用 / --bundle goes with --key and --export only")
        return given
    if given.checkpoint is not None:
        if given.certificate or given.old or given.new or given.proof or not given.witness:
            parser.error("--checkpoint 只与 --key 和 --witness 同用 / --checkpoint goes with --key and --witness only")
        return given
    growth = [given.old, given.new, given.proof]
    if (given.certificate is None) == (None in growth) or (given.certificate and any(growth)):
        parser.error(
            "给出一份证书，或者同时给出 --old、--new 和 --proof / one certificate, or --old, --new and --proof"
        )
    return given


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line asks for, and say the outcome; the exit code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    given = _arguments(arguments)
    outcome = PROVEN
    try:
        key = read_key(_read_text(given.key))
        if given.bundle is not None:
            found = prove_bundle(given.bundle, key, given.export)
            _say_bundle(found, key)
            outcome = PROVEN_IN_PART if found.partly else PROVEN
        elif given.checkpoint is not None:
            _say_witnessed(_read_text(given.checkpoint), key, given.witness)
        elif given.certificate is not None:
            proven = prove_inclusion(proof_in(_read(given.certificate)), key)
            _say_inclusion(proven, key)
            if given.witness:
                _say_witnessed(proven.note, key, given.witness)
        else:
            old, new = (read_checkpoint(_read_text(file), key) for file in (given.old, given.new))
            prove_growth(old, new, given.proof)
            _say_growth(old, new, key)
            if given.witness:
                _say_witnessed(_read_text(given.new), key, given.witness)
    except NotProven as fault:
        wrong = isinstance(fault, WrongUse)
        print(f"{'用法错误' if wrong else '未能证明'}：{fault.zh}", file=sys.stderr)
        print(f"{'Wrong use' if wrong else 'Not proven'}: {fault.en}", file=sys.stderr)
        return WRONG_USE if wrong else NOT_PROVEN
    return outcome


if __name__ == "__main__":
    outcome = NOT_PROVEN
    try:
        outcome = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads has read enough, as `head` has: what Python would still write at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(outcome)
