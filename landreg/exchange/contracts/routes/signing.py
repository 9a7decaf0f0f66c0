"""What makes a contract: signatures, filing, the application to the register, the certificate; or that it comes to nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from flask import Blueprint, flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.errors import BadInput, Finding
from landreg.exchange.contracts import certifying, issuer, members, signing
from landreg.exchange.contracts.routes import desk
from landreg.exchange.contracts.routes.forms import Dated, back, kept
from landreg.exchange.contracts.signing import Signature
from landreg.web import i18n, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("contract_signing", __name__)


@dataclass(frozen=True)
class SigningForm:
    """A signature at the desk: in person, by power of attorney, or with the answer of a signature service. card: of a household's
    member, as the identity card has the number.
    """

    side: str
    way: str
    name: str = field(default="", metadata={"most": 60})
    identity: bool = False
    witness: str = field(default="", metadata={"most": 60})
    card: str = field(default="", metadata={"most": 30})
    attorney: bool = False
    head: bool = False
    answer: Upload | None = None
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/signatures")
@allow(Role.OPERATOR)
@problems.back_to(desk.one)
def sign(county: str, contract_id: UUID) -> Redirect:
    """Take a signature."""
    given = read_form(SigningForm)
    answer = given.answer.content.read(10_000) if given.answer else b""
    signature = Signature(
        given.side,
        given.way,
        given.name,
        given.identity,
        given.witness,
        answer,
        card=given.card,
        attorney=given.attorney,
        head=given.head,
    )
    made = signing.sign(current_actor(), county, contract_id, signature, kept(given.paper))
    flash(_("双方已签字，合同成立。") if made.state == "signed" else _("签字已记录，等另一方签字。"))
    return back(county, contract_id)


@blueprint.post("/contracts/<county>/<uuid:contract_id>/filing")
@allow(Role.OPERATOR)
@problems.back_to(desk.one)
def file(county: str, contract_id: UUID) -> Redirect:
    """Record the filing with the issuing party."""
    given = read_form(Dated)
    if given.on_day is None:
        raise BadInput(Finding("FORM-1", "on_day"))
    signing.file(current_actor(), county, contract_id, given.on_day, given.said, kept(given.paper))
    flash(_("备案已记录。"))
    return back(county, contract_id)


@dataclass(frozen=True)
class Telling:
    """The village's written notice to the members, and the day of its posting."""

    on_day: date
    notice: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/members-told")
@allow(Role.OPERATOR)
@problems.back_to(desk.one)
def members_told(county: str, contract_id: UUID) -> Redirect:
    """Record it."""
    given = read_form(Telling)
    members.members_told(current_actor(), county, contract_id, given.on_day, kept(given.notice, "notice"))
    flash(_("村里的书面公示已记录。"))
    return back(county, contract_id)


@dataclass(frozen=True)
class Consenting:
    """The issuing party's consent on paper: its day, and that an officer held it against the draft."""

    on_day: date
    read: bool = False
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/issuer-consent")
@allow(Role.OPERATOR)
@problems.back_to(desk.one)
def issuer_consents(county: str, contract_id: UUID) -> Redirect:
    """Record it."""
    given = read_form(Consenting)
    issuer.record(current_actor(), county, contract_id, given.on_day, kept(given.paper), read=given.read)
    flash(_("发包方同意已记录，双方可以签字。"))
    return back(county, contract_id)


@dataclass(frozen=True)
class Applying:
    """The application that the parties signed."""

    application: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/registration")
@allow(Role.OPERATOR)
@problems.back_to(desk.one)
def ask_registration(county: str, contract_id: UUID) -> Redirect:
    """The parties ask for the register, by their signed application."""
    signing.ask_registration(current_actor(), county, contract_id, kept(read_form(Applying).application, "application"))
    flash(_("登记申请已转给登记机构。"))
    return back(county, contract_id)


@blueprint.post("/contracts/<county>/<uuid:contract_id>/certificate")
@allow(Role.OPERATOR)
@problems.back_to(desk.one)
def certify(county: str, contract_id: UUID) -> Redirect:
    """Give the transaction certificate."""
    number = certifying.certify(current_actor(), county, contract_id)
    flash(_("交易鉴证书已出具，编号 %(number)s。", number=number))
    return back(county, contract_id)


@blueprint.post("/contracts/<county>/<uuid:contract_id>/last-day")
@allow(Role.OPERATOR)
@problems.back_to(desk.one)
def put_off(county: str, contract_id: UUID) -> Redirect:
    """Put the last day of a draft off."""
    last = signing.put_off(current_actor(), county, contract_id)
    flash(_("签字截止日延到 %(day)s。", day=i18n.shown_day(last)))
    return back(county, contract_id)


@blueprint.post("/contracts/<county>/<uuid:contract_id>/drop")
@allow(Role.OPERATOR)
@problems.back_to(desk.one)
def drop(county: str, contract_id: UUID) -> Redirect:
    """Drop a contract that does not come about."""
    signing.drop(current_actor(), county, contract_id, read_form(Dated).said)
    flash(_("合同已作废。"))
    return back(county, contract_id)
