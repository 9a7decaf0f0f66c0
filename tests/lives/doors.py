"""The door of the register and its machine room: sign-on, second factors, filters, packages, witnesses, identity keys."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyotp

from landreg import keys
from landreg.access import factors, filters, province, rotation, sealing, service, sessions
from landreg.access.service import SYSTEM, NewAccount
from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.land import divisions, received, reinstating, uploads
from landreg.land import service as land
from landreg.log.cosignature import Witness
from landreg.log.store import seal
from landreg.log.witness import Desk as WitnessDesk
from landreg.log.witness import answer_folder
from landreg.log.witnessing import cosign
from tests.life_kit import DOOR, PASSWORD, Life, Stage
from tests.registry_kit import one
from tests.small import Small
from tests.villages import COUNTY, VILLAGE

HERE = "127.0.0.1"
ISSUER = "https://id.example"
NEW_VILLAGE = f"{VILLAGE[:9]}599"


def doors(on: Stage) -> Life:
    """Who comes in and how; what is sent in; who cosigns; which key seals."""
    yield from _signed_on(on)
    yield from _sent_in(on)
    yield from _cosigned(on)
    yield from _turned(on)


def _signed_on(on: Stage) -> Life:
    new = NewAccount("deng.ji", "登记员", frozenset({Role.REGISTRAR}), COUNTY)
    account = service.open_account(SYSTEM, new, PASSWORD)
    own = Actor(account, new.name, Desk.REGISTRY, new.roles, COUNTY)
    signed = yield "log_in", lambda: sessions.log_in(DOOR, new.login, PASSWORD, HERE)
    other = f"{PASSWORD}x"
    yield "change_password", lambda: service.change_password(DOOR, new.login, PASSWORD, other, signed.token)
    yield "log_out", lambda: sessions.log_out(DOOR, signed.token)
    yield "count", lambda: sessions.count(DOOR, {"x": 1000})
    yield "begin", lambda: factors.begin(own, "")
    pending = factors.state(own, account, new.login).pending
    assert pending is not None
    code = pyotp.TOTP(pending.secret)
    recovery = yield "confirm", lambda: factors.confirm(own, code.now())
    due = sessions.log_in(DOOR, new.login, other, HERE)
    yield "give_code", lambda: sessions.give_code(DOOR, due.token, recovery[0], HERE)
    yield "reset_second_factor", lambda: service.reset_second_factor(SYSTEM, account)
    province.bind(own, ISSUER, "p-1")
    yield "sign_on", lambda: province.sign_on(DOOR, ISSUER, "p-1")
    yield "unbind_for", lambda: province.unbind_for(SYSTEM, account)
    kept = yield "keep", lambda: filters.keep(own, "cases", "我的", "state=draft")
    yield "remove", lambda: filters.remove(own, kept)


def _sent_in(on: Stage) -> Life:
    """One upload called back and one checked; a package received at the machine; the divisions loaded."""
    surveyor = replace(on.registrar, name="测绘员", roles=frozenset({Role.SURVEYOR}))
    yield "import_divisions", lambda: divisions.import_divisions(SYSTEM)
    yield "add_village", lambda: divisions.add_village(surveyor, NEW_VILLAGE, "新并村")
    with _folder(on.settings, "sent") as folder:
        files = [made.write(folder / str(n)) for n, made in enumerate((Small(), Small().with_extra_layers()))]

        def take_in() -> uploads.UploadKey:
            with files[0].open("rb") as stream:
                return uploads.take_in(surveyor, on.store, "村.zip", stream)

        called = yield "take_in", take_in
        yield "cancel", lambda: uploads.cancel(surveyor, COUNTY, called.upload_id)
        take_in()
        yield "check_waiting", lambda: received.check_waiting(on.settings)
        yield "receive", lambda: land.receive(surveyor, files[1], store=on.store)
        former = one(surveyor, "SELECT package_id FROM land.package WHERE state = 'superseded'")
        yield "make_current", lambda: reinstating.make_current(surveyor, COUNTY, former, "县里决定用原成果")


def _cosigned(on: Stage) -> Life:
    """A witness that no network joins to the register signs in a folder."""
    seal(on.worker, on.settings)
    witness = Witness.of_text("witness.test/ankang", secrets.token_hex(32))
    named = on.settings.home / "witnesses"
    with _folder(on.settings, "witness") as folder:
        desk = WitnessDesk(witness, on.settings.log_public_key.read_text("ascii").strip(), folder / "state")
        named.write_text(f"{folder / 'asked'} {witness.key.text}\n")
        try:
            cosign(on.worker, on.settings)
            assert answer_folder(desk, folder / "asked") == 1
            yield "cosign", lambda: cosign(on.worker, on.settings)
        finally:
            named.unlink()


def _turned(on: Stage) -> Life:
    """Everything sealed anew, by a key file of this life's own."""
    first = on.settings.keys["identity"]
    with _folder(on.settings, "turned") as folder:
        file = Path(shutil.copy(first, folder / "identity"))
        own = replace(on.settings, keys={**on.settings.keys, "identity": file})
        try:
            assert keys.add_identity_key(own)
            sealing.use_key(file)
            yield "turn", lambda: rotation.turn(batch=2)
            names = tuple(sealing.name_of(line.encode()).hex() for line in file.read_text().split())
            yield "finish", lambda: rotation.finish(names)
        finally:
            sealing.use_key(first)


@contextmanager
def _folder(settings: Settings, name: str) -> Iterator[Path]:
    folder = settings.home / f"life-{name}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
