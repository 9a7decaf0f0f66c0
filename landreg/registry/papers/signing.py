"""PAdES signatures of the register's papers, and printing with signing of many over processes."""

import asyncio
import functools
import io
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context, parent_process
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko_certvalidator.registry import SimpleCertificateStore

from landreg.registry.papers.certificate_data import PrintedCertificate
from landreg.registry.papers.certificate_printing import print_certificate

FIELD = "landreg"
DEMO_SUBJECT = "样本 SAMPLE landreg demo"
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # OID 1.2.840.113549.1.7.2
_KEPT: ContextVar[dict[int, ProcessPoolExecutor] | None] = ContextVar("kept", default=None)
"""By their number: processes that print and are kept (`printers_kept`)."""
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class SignerUnusable(ValueError):
    """A key or certificate file can't be read, or the two don't belong together."""


@dataclass(frozen=True)
class Signer:
    """Where the key and its certificate lie: two PEM files, or one PKCS #12 file with `certificate_file` None."""

    key_file: Path
    certificate_file: Path | None = None
    passphrase: bytes | None = None


@dataclass(frozen=True)
class ToPrint:
    """One certificate of a batch; `id` comes back with its PDF."""

    id: str
    data: PrintedCertificate
    proof: bytes | None = None
    sample: bool = False


class _Engine:
    """A key in memory, and the parts of its CMS that are the same for every paper.

    pyHanko makes one CMS when the engine starts; each paper's is the same but for the digest and the signature, so
    that its ASN.1, most of the cost of a signature, is not built anew each time."""

    def __init__(self, key: PrivateKey, certificate: x509.Certificate, chain: Sequence[x509.Certificate]) -> None:
        self.key = key
        der = serialization.Encoding.DER
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([asn1_x509.Certificate.load(each.public_bytes(der)) for each in chain])
        private = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        simple = signers.SimpleSigner(
            signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(der)),
            signing_key=asn1_keys.PrivateKeyInfo.load(private),
            cert_registry=store,
        )
        self._blank = os.urandom(32)
        made = asyncio.run(simple.async_sign(self._blank, "sha256", use_pades=True))
        data = made["content"]
        (info,) = data["signer_infos"]
        # The attributes are signed as a SET (RFC 5652, 5.4) and stored under the context tag 0.
        self._attributes = info["signed_attrs"].untag().dump()
        if self._attributes.count(self._blank) != 1:
            raise SignerUnusable("the digest has no single place in the signed attributes")
        self._head = b"".join(
            data[name].dump() for name in ("version", "digest_algorithms", "encap_content_info", "certificates")
        )
        self._signer_head = info["version"].dump() + info["sid"].dump() + info["digest_algorithm"].dump()
        self._algorithm = info["signature_algorithm"].dump()
        self.reserved = 2 * (len(made.dump()) + 64)

    def cms(self, digest: bytes) -> bytes:
        """The CMS SignedData over a document's SHA-256 digest."""
        attributes = self._attributes.replace(self._blank, digest)
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            signature = self.key.sign(attributes, ec.ECDSA(hashes.SHA256()))
        else:
            signature = self.key.sign(attributes, padding.PKCS1v15(), hashes.SHA256())
        info = _der(0x30, self._signer_head, b"\xa0" + attributes[1:], self._algorithm, _der(0x04, signature))
        content = _der(0x30, self._head, _der(0x31, info))
        return _der(0x30, SIGNED_DATA, _der(0xA0, content))


def _der(tag: int, *parts: bytes) -> bytes:
    """The parts as one DER value."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


@functools.cache
def _engine(signer: Signer) -> _Engine:
    """The signer's engine, read once a process."""
    key, certificate, chain = _read(signer)
    if certificate.public_key() != key.public_key():
        raise SignerUnusable(f"{signer.key_file}: the key is not the certificate's")
    return _Engine(key, certificate, chain)


def _read(signer: Signer) -> tuple[PrivateKey, x509.Certificate, list[x509.Certificate]]:
    """Key, certificate and chain."""
    certificate: x509.Certificate | None
    try:
        content = signer.key_file.read_bytes()
        if signer.certificate_file is None:
            key, certificate, chain = pkcs12.load_key_and_certificates(content, signer.passphrase)
        else:
            key = serialization.load_pem_private_key(content, signer.passphrase)
            certificate, *chain = x509.load_pem_x509_certificates(signer.certificate_file.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise SignerUnusable(f"{signer.key_file}: {error}") from error
    if not isinstance(key, PrivateKey) or certificate is None:
        raise SignerUnusable(f"{signer.key_file}: holds no elliptic-curve or RSA key with its certificate")
    return key, certificate, list(chain)


def load_signer(key_file: Path, certificate_file: Path | None = None, passphrase: bytes | None = None) -> Signer:
    """A signer whose files have been read and belong together; raises SignerUnusable."""
    signer = Signer(key_file, certificate_file, passphrase)
    _engine(signer)
    return signer


def make_demo_signer(folder: Path) -> Signer:
    """A self-signed P-256 key and certificate in `folder`, made once, whose subject says that it is a sample."""
    key_file, certificate_file = folder / "certificate-demo.key", folder / "certificate-demo.pem"
    if not (key_file.exists() and certificate_file.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DEMO_SUBJECT)])
        start = datetime.now(UTC) - timedelta(days=1)
        usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=3653))
            .add_extension(usage, critical=True)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(private)
        certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return load_signer(key_file, certificate_file)


class _Increment(IncrementalPdfFileWriter):
    """A signature's increment; the metadata stay as printed: the signature itself says when, and no page is changed."""

    def _update_meta(self) -> None:
        """Reading and writing the XMP anew, a third of the cost of a signature, to say in it when it was signed."""


def sign(pdf: bytes, signer: Signer) -> bytes:
    """The PDF with an invisible PAdES baseline B-B signature, added as an increment; raises SignerUnusable."""
    engine = _engine(signer)
    steps = PdfCMSEmbedder().write_cms(FIELD, _Increment(io.BytesIO(pdf)))
    next(steps)
    place = SignatureObject(datetime.now(UTC), SigSeedSubFilter.PADES, bytes_reserved=engine.reserved)
    steps.send(SigObjSetup(place))
    prepared, out = steps.send(SigIOSetup(md_algorithm="sha256"))
    steps.send(engine.cms(prepared.document_digest))
    signed: bytes = out.getvalue()
    return signed


def _start_worker() -> None:
    # Ctrl-C reaches the whole process group: the parent alone decides, and the workers end with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A parent that was killed tells its workers nothing: they would wait for the next item for ever.
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _print_and_sign(item: ToPrint, signer: Signer) -> tuple[str, bytes]:
    return item.id, sign(print_certificate(item.data, proof=item.proof, sample=item.sample), signer)


def print_and_sign_many(
    items: Iterable[ToPrint], signer: Signer, *, processes: int | None = None
) -> Iterator[tuple[str, bytes]]:
    """Each item's id with its signed PDF, in the order given, as they are made.

    Reads `items` only a few ahead, so that memory stays flat however long the batch; closing the iterator, or an
    error, drops what isn't begun. `processes` defaults to one a core, each single-threaded."""
    count = processes or len(os.sched_getaffinity(0))
    waiting: deque[Future[tuple[str, bytes]]] = deque()
    with _printers(count) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(_print_and_sign, item, signer))
                if len(waiting) >= 4 * count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()


@contextmanager
def printers_kept() -> Iterator[None]:
    """Within it the processes that print are started once, for every batch: to start them takes as long as to print hundreds."""
    if _KEPT.get() is not None:
        yield
        return
    kept: dict[int, ProcessPoolExecutor] = {}
    token = _KEPT.set(kept)
    try:
        yield
    finally:
        _KEPT.reset(token)
        for pool in kept.values():
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _printers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that print: those that are kept, or some for this once. What broke is not kept.

    Those of which one was killed while they waited are started anew.
    """
    kept = _KEPT.get()
    pool = (kept or {}).get(count) or _started(count)
    try:
        pool.submit(os.getpid).result()
    except BrokenExecutor:
        pool.shutdown(wait=True, cancel_futures=True)
        pool = _started(count)
    if kept is not None:
        kept[count] = pool
    try:
        yield pool
    except BrokenExecutor:
        if kept is not None:
            kept.pop(count, None)
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    finally:
        if kept is None:
            pool.shutdown(wait=True, cancel_futures=True)


def _started(count: int) -> ProcessPoolExecutor:
    """As many processes, each of one thread: the setting is read when one starts, so all are started now."""
    threads_before = os.environ.get("RAYON_NUM_THREADS")
    os.environ["RAYON_NUM_THREADS"] = "1"
    try:
        pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_start_worker)
        for started in [pool.submit(os.getpid) for _ in range(count)]:
            started.result()
        return pool
    finally:
        if threads_before is None:
            del os.environ["RAYON_NUM_THREADS"]
        else:
            os.environ["RAYON_NUM_THREADS"] = threads_before
