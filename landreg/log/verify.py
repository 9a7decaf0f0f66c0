"""Check a certificate against the register's log, with nothing but this file and the log's public key.

    python verify.py CERTIFICATE.pdf --key KEYFILE
    python verify.py --old CHECKPOINT --new CHECKPOINT --proof FILE-OR-FOLDER --key KEYFILE
    python verify.py --bundle FOLDER --key KEYFILE

The first says whether the act on which a certificate rests is in the signed log: the PDF carries the proof, a file of
proof alone does as well. The second says whether the log of the newer checkpoint only grew from that of the older: from
a consistency proof, or from a folder of tiles as the log publishes them. The third checks the evidence of a case,
unpacked: every file against its sums, every proof, and rows and papers against what the log says of them. KEYFILE holds
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
PROVEN, NOT_PROVEN, WRONG_USE = 0, 1, 2
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


def read_checkpoint(note: str, key: Key) -> Checkpoint:
    """The checkpoint in a note that this key signed. Raises NotProven when it is none, or was not signed by it."""
    body, gap, signatures = note.partition("\n\n")
    lines = body.split("\n")
    signed = _utf8(f"{body}\n")
    if not gap or signed is None or len(lines) < 3 or not re.fullmatch(r"0|[1-9][0-9]{0,17}", lines[1]):
        raise NotProven("检查点的内容无法识别。", "The checkpoint cannot be read.")
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
    body, _, signatures = note.partition("\n\n")
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

_STEP = ("case_event", "event_id", {"case_id": "", "step": "", "at": "", "by": "", "due_on": "", "orders": ""})
_TOLD: dict[str, tuple[str, str, dict[str, str]]] = {
    "act": ("act", "number", {"kind": ""}),
    "certificate.issued": ("certificate", "number", {"right": "right_id", "sample": "", "sha256": "pdf_sha256"}),
    "notice.published": ("notice", "number", {"published_on": "", "last_day": "", "published_at": "", "by": "published_by"}),
    "paper.issued": (
        "paper",
        "number",
        {"kind": "", "case": "case_id", "event": "event_id", "sha256": "pdf_sha256", "made_at": "", "by": "made_by"},
    ),
    "application.made": (
        "application",
        "number",
        {"kind": "act_kind", "household": "household_code", "subject": "subject_code", "right": "right_id", "made_at": "",
         "by": "by_account"},
    ),
    "application.taken": ("application", "number", {"taken_at": "", "by": "taken_by", "case": "case_id"}),
    "application.ended": ("application", "number", {"state": "", "ended_at": "", "by": "ended_by"}),
    "objection.raised": ("objection", "objection_id", {"case_id": "", "raised_at": "", "taken_by": ""}),
    "objection.settled": ("objection", "objection_id", {"outcome": "", "settled_at": "", "by": "settled_by"}),
    **{f"case.{step}": _STEP for step in ("accepted", "reviewed", "returned", "withdrawn", "refused")},
}  # fmt: skip
"""By kind of entry: the table of its row, the column of its key, and by fact the column that says it ('': of its name)."""
_ALWAYS_TOLD = {
    "act": "number", "certificate": "number", "notice": "number", "paper": "number", "application": "number",
    "objection": "objection_id", "case_event": "event_id",
}  # fmt: skip
_STEPS_TOLD = ("accept", "review", "return", "withdraw", "refuse")
_PRINTED = ("certificate", "paper")


class Bundle(NamedTuple):
    """The evidence of a case that was proven: how many files, proofs and rows, what is missing in it, and a checkpoint."""

    files: int
    proofs: int
    rows: int
    missing: int
    checkpoint: Checkpoint


def prove_bundle(folder: Path, key: Key) -> Bundle:
    """Check an unpacked bundle of evidence. Raises NotProven with the first thing that is not as it should be."""
    sums = _check_sums(folder)
    rows = {file.stem: _rows(file) for file in sorted((folder / "rows").glob("*.json"))}
    told: set[tuple[str, str]] = set()
    checkpoint = None
    for file in sorted((folder / "log").glob("*.json")):
        proven = prove_inclusion(_read(file), key)
        checkpoint = proven.checkpoint
        kind, name = str(proven.leaf.get("kind")), str(proven.leaf.get("key"))
        said = _said(proven.leaf, file.with_suffix(".detail"))
        if kind in _TOLD:
            table = _TOLD[kind][0]
            told.add((table, name))
            _check_row(kind, name, said, rows.get(table, []))
        if kind == "act":
            _check_written(said, rows)
    if checkpoint is None:
        raise NotProven("证据包中没有日志证明。", "There is no proof in the bundle.")
    for table, column in _ALWAYS_TOLD.items():
        for row in rows.get(table, []):
            if table == "case_event" and row.get("step") not in _STEPS_TOLD:
                continue
            if (table, str(row.get(column))) not in told:
                raise _odd(f"{table} {row.get(column)}", "没有日志证明", "has no proof")
    _check_papers(folder, rows, sums)
    missing = _json_list(folder / "missing.json")
    return Bundle(
        len(sums), len(list((folder / "log").glob("*.json"))), sum(map(len, rows.values())), len(missing), checkpoint
    )


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


def _rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a table, what an acceptance set beside the columns."""
    rows = [row for row in _json_list(file) if isinstance(row, dict)]
    return [{**row, **(row["told"] if isinstance(row.get("told"), dict) else {})} for row in rows]


def _said(leaf: dict[str, Any], detail: Path) -> dict[str, Any]:
    """What a leaf says: its facts and the names of its personal facts, from its detail where it has one."""
    if "detail" not in leaf:
        return leaf
    content = _read(detail)
    if hashlib.sha256(content).hexdigest() != leaf["detail"]:
        raise _odd(detail.name, "不是登记内容所指的明细", "is not the detail that its leaf names")
    return _json_object(b'{"format":"detail",' + content[1:], "detail", "明细", "detail")


def _same(one: Any, other: Any) -> bool:
    """Whether a leaf and a row say the same: instants are written in two ways."""
    if one == other:
        return True
    try:
        first, second = (datetime.fromisoformat(str(value).replace("Z", "+00:00")) for value in (one, other))
    except ValueError:
        return str(one) == str(other)
    return first == second if (first.tzinfo is None) == (second.tzinfo is None) else False


def _check_row(kind: str, name: str, said: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    table, column, columns = _TOLD[kind]
    found = [row for row in rows if str(row.get(column)) == name]
    if len(found) != 1:
        raise _odd(
            f"{kind} {name}", f"在 rows/{table}.json 中没有对应的记载", f"has no row of its own in rows/{table}.json"
        )
    facts = said.get("facts")
    for fact, of_row in columns.items():
        then, now = (facts if isinstance(facts, dict) else {}).get(fact), found[0].get(of_row or fact)
        if not _same(then, now):
            raise _odd(
                f"rows/{table}.json {name} {of_row or fact}",
                f"是“{_shown(now)}”，日志记的是“{_shown(then)}”",
                f'says "{_shown(now)}", and the log "{_shown(then)}"',
            )


def _check_written(said: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> None:
    """Of an act of change: that the rows that it opened and closed are those that its leaf names, none more and none less."""
    facts = said.get("facts")
    if not isinstance(facts, dict) or not isinstance(facts.get("closed"), list):
        return
    acts = {str(row.get("act_id")) for row in rows.get("act", []) if row.get("number") == facts.get("act")}
    personal = said.get("personal")
    closed = {str(line).partition(" ")[2] for line in facts["closed"]}
    opened = {key for value in facts.values() if isinstance(value, dict) for key in value}
    opened |= {name.partition(".")[2] for name in (personal if isinstance(personal, dict) else {})}
    for table, found in rows.items():
        for row in found:
            name = str(row.get("row_id"))
            if "row_id" not in row:
                continue
            if str(row.get("act_id")) in acts and name not in opened:
                raise _odd(f"rows/{table}.json {name}", "不是该登记行为写入的", "was not written by the act")
            if str(row.get("ended_by_act")) in acts and name not in closed:
                raise _odd(f"rows/{table}.json {name}", "不是该登记行为结束的", "was not closed by the act")


def _check_papers(folder: Path, rows: dict[str, list[dict[str, Any]]], sums: dict[str, str]) -> None:
    """That each paper that was handed out is there as the log has it, or is named among the missing."""
    left_out = {str(row.get("sha256")) for row in _json_list(folder / "missing.json") if isinstance(row, dict)}
    there = {digest for name, digest in sums.items() if name.startswith("papers/")} | left_out
    for table in _PRINTED:
        for row in rows.get(table, []):
            if row.get("pdf_sha256") not in there:
                raise _odd(f"{table} {row.get('number')}", "的文件不在证据包中", "is not among the papers")


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
    print(f"已证明：{found.files} 个文件与清单一致，{found.proofs} 条登记内容在签名的日志（{size} 条，{signer}）中，")
    print(f"　　　　{found.rows} 行记载中凡日志记有的均与日志一致；未能收入的文件 {found.missing} 个。")
    print(
        f"Proven: {found.files} files are as listed, {found.proofs} leaves are in the log of {size} entries that {signer}"
    )
    print(f"signed, and its {found.rows} rows say what the log says of them; {found.missing} papers are missing.")


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
        epilog="退出码 0 已证明，1 未证明，2 用法错误。 Exit code 0 proven, 1 not proven, 2 wrong use.",
    )
    parser.add_argument("certificate", nargs="?", type=Path, help="证书 PDF 或证明文件 / the PDF, or a proof by itself")
    parser.add_argument("--key", type=Path, required=True, help="日志公钥文件 / file of the log's public key")
    parser.add_argument("--old", type=Path, help="较早的检查点 / the older checkpoint")
    parser.add_argument("--new", type=Path, help="较晚的检查点 / the newer checkpoint")
    parser.add_argument("--proof", type=Path, help="一致性证明或瓦片文件夹 / consistency proof, or a folder of tiles")
    parser.add_argument(
        "--witness", type=Path, action="append", default=[], help="见证人公钥文件，可多次 / a witness's key file"
    )
    parser.add_argument("--checkpoint", type=Path, help="见证人签署过的检查点 / a checkpoint that witnesses cosigned")
    parser.add_argument("--bundle", type=Path, help="解开的证据包文件夹 / folder of an unpacked bundle of evidence")
    given = parser.parse_args(arguments)
    if given.bundle is not None:
        if given.certificate or given.old or given.new or given.proof or given.witness or given.checkpoint:
            parser.error("--bundle 只与 --key 同用 / --bundle goes with --key only")
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
    try:
        key = read_key(_read_text(given.key))
        if given.bundle is not None:
            _say_bundle(prove_bundle(given.bundle, key), key)
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
    return PROVEN


if __name__ == "__main__":
    outcome = NOT_PROVEN
    try:
        outcome = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads has read enough, as `head` has: what Python would still write at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(outcome)
