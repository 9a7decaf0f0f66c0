"""Keys of a fresh set-up. A bureau brings its own; what is made here for certificates says that it is a sample."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import NoEncryption, load_pem_private_key, pkcs12

from landreg.config import Settings
from landreg.log.store import signer_of
from landreg.registry.papers.signing import Signer, load_signer, make_demo_signer


def make_missing(settings: Settings) -> list[str]:
    """Make the keys that are not there, and write the log's public key beside them; their names. What is there stays."""
    missing = [name for name, file in settings.keys.items() if not file.exists()]
    for name in missing:
        file = settings.keys[name]
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, _demo_certificate(file.parent) if name == "certificate" else secrets.token_hex(32).encode())
    if not settings.log_public_key.exists():
        settings.log_public_key.write_text(signer_of(settings).verifier + "\n", "ascii")
    return missing


def certificate_signer(settings: Settings) -> Signer:
    """The signer of certificates: a PKCS #12 file without passphrase. Raises signing.SignerUnusable."""
    return load_signer(settings.keys["certificate"])


def _demo_certificate(folder: Path) -> bytes:
    signer = make_demo_signer(folder)
    key = load_pem_private_key(signer.key_file.read_bytes(), None)
    assert signer.certificate_file is not None  # noqa: S101  narrows the type
    certificate = x509.load_pem_x509_certificate(signer.certificate_file.read_bytes())
    return pkcs12.serialize_key_and_certificates(b"landreg", key, certificate, None, NoEncryption())  # type: ignore[arg-type]


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
