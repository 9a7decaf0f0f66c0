"""What others say of such a log: published vectors, and two implementations that are not ours: pymerkle (PyPI) of RFC 9162,
@sigstore/verify (npm) of signed notes and inclusion proofs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from landreg.config import CHECKOUT
from landreg.log.cosignature import Witness, cosigned_at
from landreg.log.merkle import TileHashes, consistency_ranges, grow, inclusion_ranges, leaf_hash
from landreg.log.note import Signer
from landreg.log.verify import is_consistent, root_from_inclusion
from tests.log_kit import SIGNER, checkpoint, hashes, leaf_bytes, tree

# The eight leaves of the reference tests of Certificate Transparency (RFC 6962), and the roots over the first n of them.
CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = (1, 2, 3, 7, 8, 255, 256, 257, 300)


def test_roots_are_those_of_certificate_transparencys_reference_tests() -> None:
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in CT_LEAVES]
    assert [grow(0, {}, leaves[:size]).root.hex() for size in range(1, 9)] == CT_ROOTS


def test_a_cosignature_signs_the_message_that_c2sp_writes_down() -> None:
    """The header, the time and the body of C2SP tlog-cosignature's own example."""
    body = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    witness = Witness("witness.example.com/w1", bytes(32))
    line = witness.cosign(body, 1679315147)
    assert cosigned_at(f"{body}\n", line, witness.key) == 1679315147
    assert cosigned_at(f"{body.replace('20852163', '20852164')}\n", line, witness.key) is None
    raw = b"\x04" + witness.key.public
    assert witness.key.number == hashlib.sha256(b"witness.example.com/w1\n" + raw).digest()[:4]


@pytest.fixture(scope="module")
def theirs() -> Any:
    """pymerkle's tree over the same leaves."""
    pymerkle = pytest.importorskip("pymerkle")
    found = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(max(SIZES)):
        found.append_entry(leaf_bytes(number))
    return found


@pytest.mark.parametrize("size", SIZES)
def test_pymerkle_has_the_same_root_and_its_proofs_hold_for_our_verifier(theirs: Any, size: int) -> None:
    root = TileHashes(tree(size)).root(size)
    assert theirs.get_root(size) == root
    for index in {0, size // 2, size - 1}:
        proof = theirs.prove_inclusion(index + 1, size)
        assert root_from_inclusion(leaf_hash(leaf_bytes(index)), index, size, proof.path[1:]) == root


@pytest.mark.parametrize("size", SIZES)
def test_our_proofs_hold_for_pymerkle(theirs: Any, size: int) -> None:
    pymerkle = pytest.importorskip("pymerkle")
    tiles = tree(size)
    root = TileHashes(tiles).root(size)
    for index in {0, size // 2, size - 1}:
        proof = theirs.prove_inclusion(index + 1, size)
        proof.path = [leaf_hash(leaf_bytes(index)), *hashes(tiles, inclusion_ranges(index, size))]
        pymerkle.verify_inclusion(leaf_hash(leaf_bytes(index)), root, proof)
    for old in {1, size // 2, size - 1} - {0, size}:
        ours = hashes(tiles, consistency_ranges(old, size))
        before = TileHashes(tiles).root(old)
        assert is_consistent(old, size, before, root, ours)
        proof = theirs.prove_consistency(old, size)
        pymerkle.verify_consistency(before, root, proof)


SIGSTORE = CHECKOUT / "landreg" / "frontend" / "node_modules" / "@sigstore" / "verify" / "dist" / "timestamp"
VERIFY = """
const [folder, given] = process.argv.slice(1);
const {verifyCheckpoint} = require(folder + "/checkpoint.js");
const {verifyMerkleInclusion} = require(folder + "/merkle.js");
const {key, number, name, cases} = JSON.parse(given);
const bytes = (text) => Buffer.from(text, "base64");
const publicKey = require("crypto").createPublicKey({key: bytes(key), format: "der", type: "spki"});
const log = {logID: bytes(number), publicKey, baseURL: name, validFor: {start: new Date(0), end: new Date(1e14)}};
console.log(JSON.stringify(cases.map((one) => {
    const proof = {logIndex: one.index, treeSize: one.size, rootHash: bytes(one.root), hashes: one.path.map(bytes),
                   checkpoint: {envelope: one.note}};
    const entry = {canonicalizedBody: bytes(one.leaf), integratedTime: "1", inclusionProof: proof};
    try { verifyCheckpoint(entry, [log]); verifyMerkleInclusion(entry); return ""; } catch (error) { return error.message; }
})));
"""


def their_word(cases: list[dict[str, Any]]) -> list[str]:
    """What @sigstore/verify (npm) says of notes and proofs: nothing, or what is wrong with each."""
    name, number, key = SIGNER.verifier.split("+", 2)
    spki = Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[1:]).public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    given = {"key": base64.b64encode(spki).decode(), "number": base64.b64encode(bytes.fromhex(number)).decode()}
    line = ["node", "-e", VERIFY, str(SIGSTORE), json.dumps({**given, "name": name, "cases": cases})]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


def proven(size: int, index: int, **changed: Any) -> dict[str, Any]:
    tiles = tree(size)
    path = [base64.b64encode(step).decode() for step in hashes(tiles, inclusion_ranges(index, size))]
    root = base64.b64encode(TileHashes(tiles).root(size)).decode()
    leaf = base64.b64encode(leaf_bytes(index)).decode()
    said = {
        "index": str(index),
        "size": str(size),
        "root": root,
        "path": path,
        "leaf": leaf,
        "note": checkpoint(tiles, size),
    }
    return {**said, **changed}


def test_notes_and_proofs_hold_for_the_verifier_of_sigstore() -> None:
    assert set(their_word([proven(size, index) for size in SIZES for index in {0, size // 2, size - 1}])) == {""}


def test_what_was_changed_does_not_hold_for_the_verifier_of_sigstore() -> None:
    sound = proven(257, 100)
    other = proven(257, 101)
    strange = Signer("landreg.test/log", bytes(range(1, 33)))
    told = their_word(
        [
            {**sound, "note": sound["note"].replace("\n257\n", "\n256\n")},
            {**sound, "note": checkpoint(tree(257), 257, strange)},
            {**sound, "leaf": other["leaf"]},
            {**sound, "path": other["path"]},
        ]
    )
    assert all(told), told
