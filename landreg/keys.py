"""Keys of a fresh set-up. A bureau brings its own; what is made here for certificates says that it is a sample."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import NoEncryption, load_pem_private_key, pkcs12

from landreg.access import rotation, sealing
from landreg.config import Settings
from landreg.core.errors import BadInput, Finding
from landreg.log.store import signer_of
from landreg.registry.papers.signing import Signer, load_signer, make_demo_signer


def make_missing(settings: Settings) -> list[str]:
    """Make the keys that are not there, and write the log's public key beside them; their names. What is there stays."""
    missing = [name for name, file in settings.keys.items() if not file.exists()]
    for name in missing:
        file = settings.keys[name]
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, _demo_certificate(file.parent) if name == "certificate" else secrets.token_hex(32).encode())
    if "log" in settings.keys and not settings.log_public_key.exists():
        settings.log_public_key.write_text(signer_of(settings).verifier + "\n", "ascii")
    return missing


def certificate_signer(settings: Settings) -> Signer:
    """The signer of certificates: a PKCS #12 file without passphrase. Raises signing.SignerUnusable."""
    return load_signer(settings.keys["certificate"])


def add_identity_key(settings: Settings, name: str = "identity") -> bool:
    """Put a new key in front of the identity key, or of the window's; False when one stands there and waits to be turned to.

    Processes that run follow the file. Raises BadInput (SYS-2) when it cannot be written.
    """
    file = settings.keys[name]
    lines = _identity_lines(file)
    if len(lines) > 1:
        return False
    _replace(file, [secrets.token_hex(32), *lines])
    return True


def turn_identity_key(
    settings: Settings, progress: rotation.Progress | None = None, batch: int = rotation.BATCH
) -> int:
    """Seal everything with the first key; how many rows it was. Killed, it is run again and goes on."""
    sealing.use_key(settings.keys["identity"])
    return rotation.turn(progress, batch)


def retire_identity_key(
    settings: Settings, name: str = "identity", finish: Callable[[tuple[str, ...]], None] = rotation.finish
) -> Path | None:
    """Take the old keys out of the file once no row bears them; the file that keeps them, for backups made before.

    finish: sees that none does, of the register's rows or of the window's.

    None when there is no old key. Raises Refused (ACC-31) while rows are left, BadInput (SYS-2) when a file cannot be written.
    """
    file = settings.keys[name]
    sealing.use_key(file)
    lines = _identity_lines(file)
    if len(lines) == 1:
        return None
    names = tuple(sealing.name_of(line.encode()).hex() for line in lines)
    kept = file.with_name(f"{file.name}.retired-{names[1]}")
    # The old key is safe before anything forgets it.
    _replace(kept, lines[1:])
    finish(names)
    _replace(file, lines[:1])
    return kept


def _identity_lines(file: Path) -> list[str]:
    try:
        return [line.strip() for line in file.read_text("ascii").splitlines() if line.strip()]
    except OSError as error:
        raise BadInput(Finding("SYS-2", "LANDREG_IDENTITY_KEY_FILE", {"given": str(file)})) from error


def _replace(file: Path, lines: list[str]) -> None:
    """Write a key's file whole or not at all."""
    new = file.with_name(f".{file.name}.new")
    try:
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write("".join(f"{line}\n" for line in lines).encode())
            out.flush()
            os.fsync(out.fileno())
        new.replace(file)
    except OSError as error:
        raise BadInput(Finding("SYS-2", "LANDREG_IDENTITY_KEY_FILE", {"given": str(file)})) from error


def _demo_certificate(folder: Path) -> bytes:
    signer = make_demo_signer(folder)
    key = load_pem_private_key(signer.key_file.read_bytes(), None)
    assert signer.certificate_file is not None  # noqa: S101  narrows the type
    certificate = x509.load_pem_x509_certificate(signer.certificate_file.read_bytes())
    return pkcs12.serialize_key_and_certificates(b"landreg", key, certificate, None, NoEncryption())  # type: ignore[arg-type]


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
