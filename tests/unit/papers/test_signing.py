"""Signatures: sound to an independent reader, broken by any change, the paper still PDF/A with its proof."""

import io
import os
import signal
import stat
from datetime import UTC, datetime, timedelta
from multiprocessing import active_children
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import load_pem_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from landreg.log.verify import proof_in
from landreg.registry.papers.certificate_printing import print_certificate
from landreg.registry.papers.printing import print_receipt
from landreg.registry.papers.signing import (
    Signer,
    SignerUnusable,
    ToPrint,
    load_signer,
    make_demo_signer,
    print_and_sign_many,
    printers_kept,
    sign,
)
from tests.unit.papers import builders

PROOF = b'{"format": "landreg-proof/1"}'


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return make_demo_signer(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def signed(signer: Signer) -> bytes:
    return sign(print_certificate(builders.contract_certificate(2), proof=PROOF, sample=True), signer)


def status_of(pdf: bytes) -> PdfSignatureStatus:
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    return validate_pdf_signature(
        signature, ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    )


def test_a_signed_certificate_is_intact_and_covered_as_a_whole(signed: bytes) -> None:
    status = status_of(signed)
    assert status.bottom_line
    assert "ENTIRE_FILE" in str(status.coverage)
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert "样本" in signature.signer_cert.subject.native["common_name"]


def test_a_changed_byte_breaks_the_signature(signed: bytes) -> None:
    place = signed.index(b"stream") + 30
    changed = signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]
    assert not status_of(changed).intact


def test_signing_keeps_the_conformance_and_the_proof(signed: bytes) -> None:
    with pikepdf.open(io.BytesIO(signed)) as document:
        metadata = document.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
        assert document.attachments["landreg-proof.json"].get_file().read_bytes() == PROOF
        assert document.Root.AF[0].AFRelationship == "/Data"
        (field,) = document.Root.AcroForm.Fields
        assert list(field.Rect) == [0, 0, 0, 0]  # without extent no appearance is asked for (ISO 19005-3, 6.3.3)
        assert int(field.F) & 4  # printed, never hidden
        assert "/NeedAppearances" not in document.Root.AcroForm


def test_the_demo_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = make_demo_signer(tmp_path)
    before = first.key_file.read_bytes()
    assert make_demo_signer(tmp_path) == first
    assert first.key_file.read_bytes() == before
    assert stat.S_IMODE(first.key_file.stat().st_mode) == 0o600


def test_a_key_of_another_certificate_is_refused(tmp_path: Path, signer: Signer) -> None:
    other = make_demo_signer(tmp_path)
    with pytest.raises(SignerUnusable, match="not the certificate's"):
        load_signer(other.key_file, signer.certificate_file)


def test_files_that_hold_no_key_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    with pytest.raises(SignerUnusable, match=r"empty\.pem"):
        load_signer(tmp_path / "empty.pem", tmp_path / "empty.pem")
    with pytest.raises(SignerUnusable, match=r"missing\.p12"):
        load_signer(tmp_path / "missing.p12")


def test_a_pkcs12_file_signs_as_well(tmp_path: Path, signer: Signer) -> None:
    assert signer.certificate_file
    key = serialization.load_pem_private_key(signer.key_file.read_bytes(), None)
    certificate = load_pem_x509_certificate(signer.certificate_file.read_bytes())
    bundle = pkcs12.serialize_key_and_certificates(
        b"demo",
        key,
        certificate,
        None,
        serialization.BestAvailableEncryption(b"pass"),  # type: ignore[arg-type]
    )
    (tmp_path / "demo.p12").write_bytes(bundle)
    pdf = sign(print_certificate(builders.homestead_certificate()), load_signer(tmp_path / "demo.p12", None, b"pass"))
    assert status_of(pdf).bottom_line


def test_a_batch_returns_every_certificate_in_order_signed(signer: Signer) -> None:
    data = builders.contract_certificate(2)
    done = list(print_and_sign_many((ToPrint(str(n), data, PROOF, True) for n in range(9)), signer, processes=2))
    assert [name for name, _ in done] == [str(n) for n in range(9)]
    assert all(status_of(pdf).bottom_line for _, pdf in done[::4])


def test_a_batch_reads_only_a_few_items_ahead_and_stops_when_closed(signer: Signer) -> None:
    read: list[int] = []

    def items() -> object:
        for number in range(10_000):
            read.append(number)
            yield ToPrint(str(number), builders.homestead_certificate(map=None))

    batch = print_and_sign_many(items(), signer, processes=2)  # type: ignore[arg-type]
    next(iter(batch))
    batch.close()  # type: ignore[attr-defined]
    assert len(read) <= 12


def test_batch_after_batch_is_printed_by_the_same_processes_while_they_are_kept(signer: Signer) -> None:
    def printed(count: int) -> set[int | None]:
        data = builders.homestead_certificate(map=None)
        done = [
            name for name, _ in print_and_sign_many((ToPrint(str(n), data) for n in range(count)), signer, processes=1)
        ]
        assert done == [str(n) for n in range(count)]
        return {child.pid for child in active_children()}

    with printers_kept():
        first = printed(2)
        assert len(first) == 1
        assert printed(2) == first
    assert active_children() == []


def test_printers_that_were_killed_while_they_waited_are_started_anew_for_the_next_batch(signer: Signer) -> None:
    def printed() -> list[str]:
        data = builders.homestead_certificate(map=None)
        return [name for name, _ in print_and_sign_many([ToPrint("1", data)], signer, processes=1)]

    with printers_kept():
        assert printed() == ["1"]
        (killed,) = active_children()
        os.kill(killed.pid or 0, signal.SIGKILL)
        killed.join(10)
        assert printed() == ["1"]
        assert [child.pid for child in active_children()] != [killed.pid]
    assert active_children() == []


def test_the_stand_alone_verifier_finds_the_proof_without_a_pdf_library(signed: bytes) -> None:
    assert proof_in(signed) == PROOF


def test_the_signed_attributes_name_the_certificate_as_pades_asks(signed: bytes) -> None:
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    kinds = {attribute["type"].native for attribute in signature.signer_info["signed_attrs"]}
    assert {"content_type", "message_digest", "signing_certificate_v2"} <= kinds
    assert "signing_time" not in kinds
    assert "/M" in signature.sig_object


def test_an_rsa_key_signs_as_well(tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "样本 RSA")])
    start = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 7, start, start + timedelta(days=9))
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (tmp_path / "key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (tmp_path / "pem").write_bytes(certificate.public_bytes(pem))
    pdf = sign(print_receipt(builders.receipt()), load_signer(tmp_path / "key", tmp_path / "pem"))
    assert status_of(pdf).bottom_line
