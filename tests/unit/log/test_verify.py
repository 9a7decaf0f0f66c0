"""The stand-alone verifier: its own Ed25519, its words, and that no bad input ends in a traceback."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from landreg.log import verify
from landreg.log.cosignature import Witness
from landreg.log.note import Checkpoint, Signer
from tests.log_kit import SIGNER, checkpoint, growth, inclusion, tile_path, tree

# RFC 8032, 7.1: public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]
SIZE = 600
KIDS_IN_A_CIRCLE = (
    b"%PDF-1.7\n1 0 obj\n<</Names<</EmbeddedFiles 2 0 R>>>>\nendobj\n"
    b"2 0 obj\n<</Kids[2 0 R 2 0 R]>>\nendobj\ntrailer <</Root 1 0 R>>"
)


@pytest.fixture(scope="module")
def tiles() -> dict[tuple[int, int], bytes]:
    return tree(SIZE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the log's public key."""
    (tmp_path / "key").write_text(SIGNER.verifier + "\n")
    return tmp_path


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code, and what the verifier said; as a file by itself, in a Python that sees nothing else."""
    alone = folder / "alone"
    alone.mkdir(exist_ok=True)
    shutil.copy(verify.__file__, alone / "verify.py")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(alone / "verify.py"), *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_signatures_of_rfc_8032_hold_and_with_any_bit_turned_do_not(
    public: str, message: str, signature: str
) -> None:
    key, text, sign = (bytes.fromhex(part) for part in (public, message, signature))
    assert verify.ed25519_verifies(key, text, sign)
    assert not verify.ed25519_verifies(key, text + b"x", sign)
    for place in (0, 255, 256, 300, 511):
        turned = (int.from_bytes(sign, "little") ^ 1 << place).to_bytes(64, "little")
        assert not verify.ed25519_verifies(key, text, turned)


def test_own_checking_of_signatures_agrees_with_the_library() -> None:
    for number in range(20):
        private = Ed25519PrivateKey.generate()
        public, message = private.public_key().public_bytes_raw(), secrets.token_bytes(number * 7)
        sign = private.sign(message)
        assert verify.ed25519_verifies(public, message, sign)
        for given in ((secrets.token_bytes(32), message, sign), (public, message, secrets.token_bytes(64))):
            assert verify.ed25519_verifies(*given) == _library_verifies(*given)


def _library_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def test_a_signature_whose_scalar_was_raised_by_the_groups_order_does_not_hold() -> None:
    """Otherwise one signature could be rewritten into another (RFC 8032, 8.4)."""
    key, text, sign = (bytes.fromhex(part) for part in RFC_8032[1])
    raised = int.from_bytes(sign[32:], "little") + verify._L
    assert not verify.ed25519_verifies(key, text, sign[:32] + raised.to_bytes(32, "little"))


def test_importing_the_verifier_imports_nothing_else_of_the_program() -> None:
    line = "import sys, landreg.log.verify; print(sorted(m for m in sys.modules if m.startswith('landreg')))"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['landreg', 'landreg.log', 'landreg.log.verify']"
    third = "import sys, landreg.log.verify; print([m for m in sys.modules if m.split('.')[0] in ('cryptography', 'sqlalchemy')])"
    assert subprocess.run([sys.executable, "-c", third], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_sound_proof_says_which_act_of_which_beijing_day_in_which_log(folder: Path, tiles) -> None:
    (folder / "proof.json").write_bytes(inclusion(tiles, 300, SIZE))
    code, said = run(folder, "proof.json", "--key", "key")
    assert code == 0
    assert "已证明：登记行为 610902-300 于 2026-11-24 记入登记日志，是第 301 条" in said
    assert "Proven: act 610902-300 of 2026-11-24 is entry 301 of the 600 that landreg.test/log" in said
    assert "1234.50" in said


def test_a_certificate_is_held_against_the_witnesses_that_are_asked_for(folder: Path, tiles) -> None:
    witness = Witness("witness.test/one", bytes(range(1, 33)))
    (folder / "witness").write_text(witness.key.text + "\n")
    plain = checkpoint(tiles, SIZE)
    cosigned = plain + witness.cosign(plain.partition("\n\n")[0] + "\n", 1_790_000_000) + "\n"
    for note, wanted in ((plain, 1), (cosigned, 0)):
        (folder / "proof.json").write_bytes(inclusion(tiles, 300, SIZE, checkpoint=note))
        code, said = run(folder, "proof.json", "--key", "key", "--witness", "witness")
        assert code == wanted, said
        assert "witness.test/one" in said


def _changed(proof: bytes, **fields: object) -> bytes:
    return json.dumps({**json.loads(proof), **fields}).encode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"leaf": "eyJhIjoxfQ=="}, "登记内容不在签名的日志中"),
        ({"leaf": "%%%"}, "缺少登记内容"),
        ({"leaf": 7}, "缺少登记内容"),
        ({"index": 299}, "登记内容不在签名的日志中"),
        ({"index": -1}, "不是有效数字"),
        ({"index": True}, "不是有效数字"),
        ({"index": 10**30}, "不是有效数字"),
        ({"size": 599}, "不一致"),
        ({"path": []}, "登记内容不在签名的日志中"),
        ({"path": ["AAAA"]}, "哈希路径已损坏"),
        ({"path": "AAAA"}, "哈希路径已损坏"),
        ({"path": [None] * 9}, "哈希路径已损坏"),
        ({"checkpoint": "landreg.test/log\n600\nAAAA\n"}, "检查点文件不完整，或者抄录时改动了"),
        ({"checkpoint": None}, "缺少登记内容或检查点"),
        ({"checkpoint": "landreg.test/log\n600\n\ud800\n\n—"}, "检查点文件不完整，或者抄录时改动了"),
        ({"origin": "another.log"}, "不一致"),
        ({"format": "landreg-proof/9"}, "格式无法识别"),
    ],
)
def test_a_tampered_proof_is_not_proven_and_says_what_is_wrong(
    folder: Path, tiles, fields: dict[str, object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "proof.json").write_bytes(_changed(inclusion(tiles, 300, SIZE), **fields))
    assert verify.main([str(folder / "proof.json"), "--key", str(folder / "key")]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert "Not proven:" in told.err


def test_each_turned_bit_of_leaf_path_and_signature_breaks_the_proof(folder: Path, tiles) -> None:
    proof = json.loads(inclusion(tiles, 300, SIZE))
    key = verify.read_key(SIGNER.verifier)

    def turned(text: str) -> str:
        place = len(text) // 2
        return text[:place] + ("B" if text[place] == "A" else "A") + text[place + 1 :]

    changes = [{"leaf": turned(proof["leaf"])}]
    changes += [
        {"path": [*proof["path"][:i], turned(proof["path"][i]), *proof["path"][i + 1 :]]}
        for i in range(len(proof["path"]))
    ]
    body, _, signature = proof["checkpoint"].rpartition(" ")
    changes.append({"checkpoint": f"{body} {turned(signature)}"})
    for change in changes:
        with pytest.raises(verify.NotProven):
            verify.prove_inclusion(json.dumps({**proof, **change}).encode(), key)


def test_a_proof_of_another_log_is_not_proven_with_this_key(folder: Path, tiles) -> None:
    stranger = Signer(SIGNER.name, bytes(32))
    proof = _changed(inclusion(tiles, 3, SIZE), checkpoint=checkpoint(tiles, SIZE, stranger))
    (folder / "proof.json").write_bytes(proof)
    code, said = run(folder, "proof.json", "--key", "key")
    assert code == 1
    assert "检查点不是用这把公钥对应的私钥签名的" in said


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("empty.pdf", b"", 1, "不是 PDF"),
        ("text.pdf", b"hello", 1, "不是 PDF"),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog", 1, "没有附带证明"),
        ("bare.pdf", b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer <</Root 1 0 R>>", 1, "没有附带证明"),
        ("locked.pdf", b"%PDF-1.7\ntrailer <</Root 1 0 R /Encrypt 2 0 R>>", 1, "已加密"),
        ("deep.pdf", b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000, 1, "没有附带证明"),
        ("deep.json", b'{"path":' + b"[" * 100_000, 1, "格式无法识别"),
        ("loop.pdf", b"%PDF-1.7\n1 0 obj\n1 0 R\nendobj\ntrailer <</Root 1 0 R>>", 1, "没有附带证明"),
        ("kids.pdf", KIDS_IN_A_CIRCLE, 1, "没有附带证明"),
    ],
)  # fmt: skip
def test_what_is_no_certificate_gets_a_sentence_and_never_a_traceback(
    folder: Path, name: str, content: bytes, code: int, said: str
) -> None:
    (folder / name).write_bytes(content)
    got, told = run(folder, name, "--key", "key")
    assert (got, said in told) == (code, True), told


@pytest.mark.parametrize("text", ["", "nonsense", "a+b+c", "landreg.test/log+00000000+AQAB", "\x00\xff"])
def test_a_damaged_key_proves_nothing(folder: Path, tiles, text: str) -> None:
    (folder / "key").write_text(text)
    (folder / "proof.json").write_bytes(inclusion(tiles, 1, SIZE))
    code, said = run(folder, "proof.json", "--key", "key")
    assert code == 1
    assert "公钥" in said


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("proof.json",),
        ("nowhere.pdf", "--key", "key"),
        ("proof.json", "--key", "nowhere"),
        ("proof.json", "--key", "key", "--old", "key"),
        ("--old", "key", "--new", "key", "--key", "key"),
        (".", "--key", "key"),
    ],
)
def test_wrong_use_is_told_apart_from_not_proven(folder: Path, tiles, arguments: tuple[str, ...]) -> None:
    (folder / "proof.json").write_bytes(inclusion(tiles, 1, SIZE))
    assert run(folder, *arguments)[0] == 2


def test_whoever_reads_the_first_line_only_gets_no_traceback(folder: Path, tiles) -> None:
    (folder / "proof.json").write_bytes(inclusion(tiles, 300, SIZE))
    reading, writing = os.pipe()
    os.close(reading)
    line = [sys.executable, "-I", "-S", verify.__file__, "proof.json", "--key", "key"]
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(line, cwd=folder, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == ""


def test_control_characters_in_a_leaf_cannot_act_on_the_terminal(tiles) -> None:
    assert verify._shown("\x1b[2Jok\n") == "?[2Jok?"


@pytest.mark.parametrize("way", [" ", "\t", "\r\n", "\n"])
def test_a_checkpoint_copied_with_its_lines_run_together_is_read_as_it_was_signed(way: str, tiles) -> None:
    """A browser that lays lines side by side copies blanks for their ends; empty lines are lost, too."""
    note = checkpoint(tiles, 600)
    key = verify.read_key(SIGNER.verifier)
    copied = way.join(line for line in note.split("\n") if line)
    assert verify.read_checkpoint(copied, key) == verify.read_checkpoint(note, key)
    assert verify.in_lines(note) == note


@pytest.mark.parametrize(
    "wrong", ["{0} 600 {2}", "{0} 6 00 {2} {3}", "{0} {2} {3}", "检查点：{0} 600 {2} {3}", "{0} 601 {2} {3}"]
)
def test_a_copy_that_is_not_plain_is_not_guessed_at(wrong: str, tiles) -> None:
    lines = [line for line in checkpoint(tiles, 600).split("\n") if line]
    with pytest.raises(verify.NotProven):
        verify.read_checkpoint(wrong.format(lines[0], "", lines[2], lines[3]), verify.read_key(SIGNER.verifier))


def _growth(folder: Path, tiles, old: int, new: int) -> tuple[int, str]:
    (folder / "old").write_text(checkpoint(tiles, old))
    (folder / "new").write_text(checkpoint(tiles, new))
    return run(folder, "--old", "old", "--new", "new", "--proof", "proof", "--key", "key")


def test_a_log_that_only_grew_is_proven_by_a_consistency_proof(folder: Path, tiles) -> None:
    (folder / "proof").write_bytes(growth(tiles, 257, SIZE))
    code, said = _growth(folder, tiles, 257, SIZE)
    assert code == 0
    assert "日志从 257 条增加到 600 条" in said


def test_a_log_that_only_grew_is_proven_by_its_published_tiles(folder: Path, tiles) -> None:
    for (level, position), hashes in tiles.items():
        file = folder / "proof" / tile_path(level, position, len(hashes) // 32)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(hashes)
    assert _growth(folder, tiles, 257, SIZE)[0] == 0
    (folder / "proof" / "tile" / "0" / "001").write_bytes(bytes(8192))
    code, said = _growth(folder, tiles, 257, SIZE)
    assert (code, "日志被改写过" in said) == (1, True)
    (folder / "proof" / "tile" / "0" / "001").unlink()
    code, said = _growth(folder, tiles, 257, SIZE)
    assert (code, "缺少瓦片 tile/0/001" in said) == (1, True)


def test_a_rewritten_a_shortened_and_a_wrongly_proven_log_are_told_apart(folder: Path, tiles) -> None:
    (folder / "proof").write_bytes(growth(tiles, 257, SIZE))
    (folder / "new").write_text(SIGNER.sign(Checkpoint(SIGNER.name, SIZE, bytes(32))))
    (folder / "old").write_text(checkpoint(tiles, 257))
    code, said = run(folder, "--old", "old", "--new", "new", "--proof", "proof", "--key", "key")
    assert (code, "日志被改写过" in said) == (1, True)
    code, said = _growth(folder, tiles, SIZE, 257)
    assert (code, "日志变短了" in said) == (1, True)
    code, said = _growth(folder, tiles, 256, SIZE)
    assert (code, "不是这两个检查点之间的" in said) == (1, True)
