"""Mail by SMTP and short messages into files, as the environment sets them; without a setting a channel is not offered.

`LANDREG_SMTP_HOST`, `_PORT`, `_FROM`, `_USER`, `_PASSWORD_FILE`, `_TLS` (`starttls`, the default, `tls`, or `none` for a relay on
this machine); `LANDREG_SMS_FOLDER`: each short message becomes a file there, for a gateway of the county to take away.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from landreg.core.errors import BadInput, Finding
from landreg.exchange.market.letters import Letter

TIMEOUT_S = 20
TLS = ("starttls", "tls", "none")
HERE = ("127.0.0.1", "localhost", "::1")


class Unsent(Exception):
    """It could not be handed over; later perhaps."""


class Sender(Protocol):
    """What takes a letter to where it goes."""

    def send(self, letter: Letter) -> None:
        """Hand it over. Raises Unsent."""


@dataclass(frozen=True)
class Smtp:
    """A mail server. secret_file: holds the password of `user`."""

    host: str
    port: int
    sender: str
    tls: str = "starttls"
    user: str = ""
    secret_file: Path | None = None

    def send(self, letter: Letter) -> None:
        """Over SMTP, with the headers by which a mail program ends it in one click (RFC 8058)."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, letter.to, letter.subject
        message["List-Unsubscribe"] = f"<{letter.end}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        try:
            with self._connected() as server:
                if self.user and self.secret_file is not None:
                    server.login(self.user, self.secret_file.read_text("utf-8").strip())
                server.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise Unsent(type(error).__name__) from error

    def _connected(self) -> smtplib.SMTP:
        if self.tls == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=ssl.create_default_context())
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        if self.tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        return server


@dataclass(frozen=True)
class FileSms:
    """Short messages as files of a folder: the number in the first line, then the text."""

    folder: Path

    def send(self, letter: Letter) -> None:
        """A file that appears whole."""
        name = f"{uuid4()}.txt"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = self.folder / f".{name}"
            draft.touch(mode=0o600)
            draft.write_text(f"{letter.to}\n{letter.text}\n", "utf-8")
            draft.rename(self.folder / name)
        except OSError as error:
            raise Unsent(type(error).__name__) from error


def senders(environ: Mapping[str, str] | None = None) -> dict[str, Sender]:
    """By channel, what the environment sets. Raises BadInput (SYS-2) naming a variable that cannot be used."""
    env = os.environ if environ is None else environ
    found: dict[str, Sender] = {}
    if host := env.get("LANDREG_SMTP_HOST", ""):
        found["mail"] = _smtp(env, host)
    if folder := env.get("LANDREG_SMS_FOLDER", ""):
        found["sms"] = FileSms(Path(folder))
    return found


def _smtp(env: Mapping[str, str], host: str) -> Smtp:
    tls, port, sender = (
        env.get(f"LANDREG_SMTP_{name}", usual) for name, usual in (("TLS", TLS[0]), ("PORT", "587"), ("FROM", ""))
    )
    secret = env.get("LANDREG_SMTP_PASSWORD_FILE", "")
    wrong = [
        *(["TLS"] if tls not in TLS or (tls == "none" and host not in HERE) else []),
        *(["PORT"] if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536) else []),
        *(["FROM"] if "@" not in sender else []),
        *(["PASSWORD_FILE"] if env.get("LANDREG_SMTP_USER") and not secret else []),
    ]
    if wrong:
        raise BadInput([Finding("SYS-2", f"LANDREG_SMTP_{name}", {"given": f"LANDREG_SMTP_{name}"}) for name in wrong])
    return Smtp(host, int(port), sender, tls, env.get("LANDREG_SMTP_USER", ""), Path(secret) if secret else None)
