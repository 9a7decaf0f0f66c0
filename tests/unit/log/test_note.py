"""Signed checkpoints, against the example of C2SP and the verifier's own reading."""

from __future__ import annotations

import pytest

from landreg.log import verify
from landreg.log.note import Checkpoint, NoteFault, Signer, open_checkpoint, read_verifier
from tests.log_kit import SIGNER

# From golang.org/x/mod/sumdb/note: its documented verifier key, text and signature.
GO_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
CHECKPOINT = Checkpoint(SIGNER.name, 12, bytes(range(32)))


def test_a_verifier_key_of_another_implementation_is_read() -> None:
    name, public = read_verifier(GO_VERIFIER)
    assert (name, len(public)) == ("PeterNeumann", 32)
    assert verify.read_key(GO_VERIFIER).public == public


def test_the_signature_of_another_implementation_holds() -> None:
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    key = verify.read_key(GO_VERIFIER)
    raw = verify._base64(signature)
    assert raw is not None
    assert raw[:4] == key.number
    assert verify.ed25519_verifies(key.public, text.encode(), raw[4:])


def test_a_signed_checkpoint_is_opened_with_the_public_key_alone() -> None:
    note = SIGNER.sign(CHECKPOINT)
    assert note.startswith("landreg.test/log\n12\nAAECAw")
    assert open_checkpoint(note, SIGNER.verifier) == CHECKPOINT
    assert verify.read_checkpoint(note, verify.read_key(SIGNER.verifier)) == (SIGNER.name, 12, bytes(range(32)))


def test_further_signatures_and_lines_for_witnesses_are_passed_over() -> None:
    other = Signer("witness.test", bytes(32))
    note = SIGNER.sign(CHECKPOINT)
    witnessed = note + other.sign(CHECKPOINT).rpartition("\n\n")[2]
    assert open_checkpoint(witnessed, SIGNER.verifier) == CHECKPOINT
    assert verify.read_checkpoint(witnessed, verify.read_key(SIGNER.verifier)).size == 12


@pytest.mark.parametrize("change", [("12", "13"), ("AAEC", "AAED"), ("landreg.test/log\n12", "landreg.test/lag\n12")])
def test_a_changed_checkpoint_is_not_opened(change: tuple[str, str]) -> None:
    note = SIGNER.sign(CHECKPOINT).replace(*change, 1)
    with pytest.raises(NoteFault):
        open_checkpoint(note, SIGNER.verifier)
    with pytest.raises(verify.NotProven):
        verify.read_checkpoint(note, verify.read_key(SIGNER.verifier))


@pytest.mark.parametrize("text", ["", "not hexadecimal", "00" * 31, "00" * 33])
def test_a_key_file_that_holds_no_key_is_named(text: str) -> None:
    with pytest.raises(NoteFault):
        Signer.of_text("landreg.test/log", text)


def test_a_key_that_is_not_its_own_number_is_refused() -> None:
    name, number, key = SIGNER.verifier.split("+", 2)
    wrong = f"{name}+{'0' * len(number)}+{key}"
    with pytest.raises(NoteFault):
        read_verifier(wrong)
    with pytest.raises(verify.NotProven):
        verify.read_key(wrong)
