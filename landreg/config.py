"""Settings of a process, read once from `LANDREG_*` and validated; county figures are data, not settings."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from landreg.core.actor import Desk
from landreg.core.errors import BadInput, Finding

CHECKOUT = Path(__file__).resolve().parents[1]
_KEYS = {
    "session": "SECRET_KEY", "identity": "IDENTITY_KEY", "log": "LOG_KEY", "certificate": "CERTIFICATE_KEY",
    "settlement": "SETTLEMENT_KEY", "settlement_session": "SETTLEMENT_SECRET_KEY",
}  # fmt: skip
_SETTLEMENT_KEYS = ("settlement", "settlement_session")
"""Of the settlement window alone, which has none of the others (architecture.md 11)."""
_SAID = {"office": re.compile(r"[^\x00-\x1f]{2,60}"), "phone": re.compile(r"[0-9+()（）、，, 转-]{5,60}")}
"""What the window's papers may say of their office and its telephone."""


@dataclass(frozen=True)
class Oidc:
    """The province's sign-on. secret_file: holds the client's secret."""

    issuer: str
    client_id: str
    secret_file: Path


@dataclass(frozen=True)
class Settings:
    """second_factor: staff sign in with a code (a demonstration asks for none). demo: whether this is one. A marker in the
    database alone does not make it so.

    urls: database URL a desk. keys: name ('session', 'identity', 'log', 'certificate') to key file; of the settlement window
    'settlement', which seals and digests there, and 'settlement_session'. log_public_key: what anyone verifies the log with;
    the web process needs this one, the private key only the worker.

    A process of the settlement window has its own URL, keys and store only, whatever else lies beside them. window_office,
    window_phone: what its papers name as their office and its telephone; '' leaves it to the county's figures.
    """

    home: Path
    urls: Mapping[Desk, str]
    superuser_url: str | None
    keys: Mapping[str, Path]
    log_public_key: Path
    store: Path
    checkpoints: Path
    base_url: str
    log_origin: str
    desk: Desk
    max_upload: int
    second_factor: bool
    demo: bool
    oidc: Oidc | None
    window_office: str = ""
    window_phone: str = ""

    def address_faults(self) -> tuple[Finding, ...]:
        """SYS-5: outside a demonstration an address that leads to one's own machine, as whoever scans a QR code would find."""
        host = urlsplit(self.base_url).hostname or ""
        with suppress(ValueError):
            own = ip_address(host)
            host = "localhost" if own.is_loopback or own.is_unspecified else host
        if self.demo or host != "localhost":
            return ()
        return (Finding("SYS-5", "LANDREG_BASE_URL", {"given": self.base_url}),)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read `LANDREG_*`. A URL comes from the variable, from the file it names, or from the embedded database.

        Raises BadInput naming each variable that cannot be used.
        """
        env = os.environ if environ is None else environ
        home = Path(env.get("LANDREG_HOME", CHECKOUT / "var"))
        faults: list[Finding] = []
        desk = env.get("LANDREG_DESK", Desk.REGISTRY.value)
        apart = desk == Desk.SETTLEMENT
        desks = (Desk.SETTLEMENT,) if apart else tuple(Desk)
        urls = {desk: url for desk in desks if (url := _url(env, home, desk.value, faults))}
        keys = {
            name: Path(env.get(f"LANDREG_{variable}_FILE", home / "keys" / name))
            for name, variable in _KEYS.items()
            if not apart or name in _SETTLEMENT_KEYS
        }
        if desk not in {Desk.REGISTRY, Desk.SETTLEMENT}:
            faults.append(Finding("SYS-2", "LANDREG_DESK", {"given": f"LANDREG_DESK={desk}"}))
        upload = env.get("LANDREG_MAX_UPLOAD_MB", "2048")
        if not upload.isdigit() or not int(upload):
            faults.append(Finding("SYS-2", "LANDREG_MAX_UPLOAD_MB", {"given": f"LANDREG_MAX_UPLOAD_MB={upload}"}))
        factor = env.get("LANDREG_SECOND_FACTOR", "staff")
        if factor not in {"staff", "optional"}:
            faults.append(Finding("SYS-2", "LANDREG_SECOND_FACTOR", {"given": f"LANDREG_SECOND_FACTOR={factor}"}))
        # What `make run` does for the embedded database.
        demo = env.get("LANDREG_DEMO", "yes" if _is_there(home / "demo") else "no")
        if demo not in {"yes", "no"}:
            faults.append(Finding("SYS-2", "LANDREG_DEMO", {"given": f"LANDREG_DEMO={demo}"}))
        window = {name: env.get(f"LANDREG_WINDOW_{name.upper()}", "").strip() for name in ("office", "phone")}
        faults += [
            Finding("SYS-2", f"LANDREG_WINDOW_{name.upper()}", {"given": text[:60]})
            for name, text in window.items()
            if text and not _SAID[name].fullmatch(text)
        ]
        oidc = _oidc(env, home, faults)
        superuser = None if apart else _url(env, home, "superuser", faults)
        if faults:
            raise BadInput(faults)
        return cls(
            home=home,
            urls=urls,
            superuser_url=superuser,
            keys=keys,
            log_public_key=Path(env.get("LANDREG_LOG_PUBLIC_KEY_FILE", home / "keys" / "log.pub")),
            store=Path(env.get("LANDREG_STORE", home / ("settlement-store" if apart else "store"))),
            checkpoints=Path(env.get("LANDREG_CHECKPOINTS", home / "checkpoints")),
            base_url=(env.get("LANDREG_BASE_URL") or _served(home, apart)).rstrip("/"),
            log_origin=env.get("LANDREG_LOG_ORIGIN", "landreg.ankang/log"),
            desk=Desk(desk),
            max_upload=int(upload) * 1024 * 1024,
            second_factor=factor == "staff",
            demo=demo == "yes",
            # The province's sign-on is bound to accounts of the other side.
            oidc=None if apart else oidc,
            window_office=window["office"],
            window_phone=window["phone"],
        )


def _served(home: Path, apart: bool) -> str:
    """Where `make run` serves: it takes the next port where its own is taken, and writes the address down."""
    with suppress(OSError):
        if written := (home / ("window.url" if apart else "serve.url")).read_text().strip():
            return written
    return f"http://127.0.0.1:{8001 if apart else 8000}"


def _is_there(file: Path) -> bool:
    """False too where one may not look: a check of a package needs nothing of the register's home."""
    try:
        return file.exists()
    except PermissionError:
        return False


def _url(env: Mapping[str, str], home: Path, name: str, faults: list[Finding]) -> str | None:
    variable = f"LANDREG_{name.upper()}_URL"
    url = env.get(variable) or _url_in_file(env, home, name, faults)
    if url is None:
        return None
    with suppress(ArgumentError, ValueError):
        if make_url(url).get_backend_name() == "postgresql":
            return url
    # Without its value: a password stands in it.
    faults.append(Finding("SYS-2", variable, {"given": variable}))
    return None


def _url_in_file(env: Mapping[str, str], home: Path, name: str, faults: list[Finding]) -> str | None:
    variable = f"LANDREG_{name.upper()}_URL"
    file = Path(env.get(f"{variable}_FILE", home / "urls" / name))
    try:
        return file.read_text("utf-8").strip()
    except FileNotFoundError:
        if f"{variable}_FILE" in env:
            faults.append(Finding("SYS-2", f"{variable}_FILE", {"given": str(file)}))
        return None
    except PermissionError:
        return None


def _oidc(env: Mapping[str, str], home: Path, faults: list[Finding]) -> Oidc | None:
    """None without an issuer. Plain HTTP is for a provider on this machine."""
    issuer = env.get("LANDREG_OIDC_ISSUER", "").rstrip("/")
    if not issuer:
        return None
    address = urlsplit(issuer)
    if address.scheme != "https" and address.hostname not in {"127.0.0.1", "localhost"}:
        faults.append(Finding("SYS-2", "LANDREG_OIDC_ISSUER", {"given": issuer}))
    client = env.get("LANDREG_OIDC_CLIENT_ID", "")
    if not client:
        faults.append(Finding("SYS-2", "LANDREG_OIDC_CLIENT_ID", {"given": client}))
    file = Path(env.get("LANDREG_OIDC_CLIENT_SECRET_FILE", home / "keys" / "oidc"))
    return Oidc(issuer, client, file)
