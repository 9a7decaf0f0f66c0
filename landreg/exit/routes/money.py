"""The money of an exit: what is offered, agreed on, paid, and given back where the exit was over without an act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from flask import flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.errors import BadInput, Finding
from landreg.exit import money, offering
from landreg.exit.offering import Counted
from landreg.exit.routes import lines
from landreg.exit.routes.desk import back, blueprint, one, sent_paper
from landreg.exit.rules.money import ITEMS, Agreed, Itemised
from landreg.registry.routes.queues import OFFICERS
from landreg.web import problems
from landreg.web.forms import Upload, read_form


@dataclass(frozen=True)
class Offering:
    """What the register does not know of what is given back. Lines that are left empty count for nothing."""

    land_rest: str = ""
    house_structure: str = ""
    house_m2: Decimal | None = None
    house_built: int | None = None
    improvement_kind_1: str = ""
    improvement_kind_2: str = ""
    improvement_cost_1: Decimal | None = None
    improvement_cost_2: Decimal | None = None
    improvement_age_1: int | None = None
    improvement_age_2: int | None = None
    fixture_wall_m: Decimal | None = None
    fixture_yard_m2: Decimal | None = None
    fixture_shed_m2: Decimal | None = None
    fixture_well: Decimal | None = None
    fixture_tree: Decimal | None = None
    crop_kind_1: str = ""
    crop_kind_2: str = ""
    crop_mu_1: Decimal | None = None
    crop_mu_2: Decimal | None = None
    movers: int | None = None


@blueprint.post("/exits/<county>/<uuid:exit_id>/offers")
@allow(*OFFICERS)
@problems.back_to(one)
def offer(county: str, exit_id: UUID) -> Redirect:
    """Reckon an offer."""
    given = read_form(Offering)
    counted = _counted(given)
    try:
        made = offering.offer(current_actor(), county, exit_id, counted)
    except BadInput as wrong:
        raise BadInput([lines.field_of(finding, given) for finding in wrong.findings]) from wrong
    flash(_("补偿报价书 %(number)s 已算出，请打印交给农户。", number=made.number))
    return back(county, exit_id)


def _counted(given: Offering) -> Counted:
    """What was counted on the spot. Raises BadInput: FORM-1 for a line half filled in, FORM-5 for another kind."""
    faults: list[Finding] = []
    puts, sown = lines.improvements(given, faults), lines.crops(given, faults)
    lines.house_kind(given, faults)
    if faults:
        raise BadInput(faults)
    return Counted(
        rest=given.land_rest,
        structure=given.house_structure,
        house_m2=given.house_m2,
        built=given.house_built,
        improvements=puts,
        fixtures=lines.fixtures(given),
        crops=sown,
        movers=given.movers or 0,
    )


@dataclass(frozen=True)
class Agreeing:
    """The agreement as it was signed; an item a kind, where one was agreed on."""

    model: str
    payer: str = field(metadata={"most": 100})
    funds_source: str = field(metadata={"most": 200})
    funds: Decimal
    funds_shown_on: date
    signed_on: date
    instalments: int = 1
    guarantee: str = field(default="", metadata={"most": 200})
    what_land: str = field(default="", metadata={"most": 200})
    amount_land: Decimal | None = None
    what_improvements: str = field(default="", metadata={"most": 200})
    amount_improvements: Decimal | None = None
    what_house: str = field(default="", metadata={"most": 200})
    amount_house: Decimal | None = None
    what_fixtures: str = field(default="", metadata={"most": 200})
    amount_fixtures: Decimal | None = None
    what_crops: str = field(default="", metadata={"most": 200})
    amount_crops: Decimal | None = None
    what_relocation: str = field(default="", metadata={"most": 200})
    amount_relocation: Decimal | None = None
    what_shares: str = field(default="", metadata={"most": 200})
    amount_shares: Decimal | None = None
    paper: Upload | None = None
    funds_paper: Upload | None = None

    def items(self) -> tuple[Itemised, ...]:
        """Those of which something was said."""
        said = [(kind, getattr(self, f"what_{kind}"), getattr(self, f"amount_{kind}")) for kind in ITEMS]
        return tuple(
            Itemised(kind, what, Decimal(0) if amount is None else amount)
            for kind, what, amount in said
            if what or amount is not None
        )


@blueprint.post("/exits/<county>/<uuid:exit_id>/agreement")
@allow(*OFFICERS)
@problems.back_to(one)
def agree(county: str, exit_id: UUID) -> Redirect:
    """Record the agreement."""
    given = read_form(Agreeing)
    agreed = Agreed(
        given.model, given.payer, given.items(), given.funds_source, given.funds, given.funds_shown_on, given.signed_on,
        given.instalments, given.guarantee,
    )  # fmt: skip
    made = money.agree(
        current_actor(), county, exit_id, agreed, sent_paper(given.paper), sent_paper(given.funds_paper, "funds_paper")
    )
    flash(
        _(
            "协议已记录，补偿合计 %(total)s 元，应于 %(day)s 前付清。",
            total=made.total_yuan,
            day=made.lapses_on.isoformat(),
        )
    )
    return back(county, exit_id)


@dataclass(frozen=True)
class Paying:
    """A payment by its receipt."""

    member: UUID
    account: str = field(metadata={"most": 60})
    amount: Decimal
    paid_on: date
    receipt: str = field(metadata={"most": 60})
    paper: Upload | None = None


@blueprint.post("/exits/<county>/<uuid:exit_id>/payments")
@allow(*OFFICERS)
@problems.back_to(one)
def pay(county: str, exit_id: UUID) -> Redirect:
    """Record a payment."""
    given = read_form(Paying)
    left = money.pay(
        current_actor(), county, exit_id, given.member, given.account, given.amount, given.paid_on, given.receipt,
        sent_paper(given.paper),
    )  # fmt: skip
    flash(_("付款已记录，还差 %(left)s 元。", left=left) if left else _("补偿已付清，可以受理登记。"))
    return back(county, exit_id)


@dataclass(frozen=True)
class Repaying:
    """What a household gave back, by its receipt."""

    back_amount: Decimal
    back_on: date
    back_receipt: str = field(metadata={"most": 60})
    paper: Upload | None = None


@blueprint.post("/exits/<county>/<uuid:exit_id>/repayments")
@allow(*OFFICERS)
@problems.back_to(one)
def repay(county: str, exit_id: UUID) -> Redirect:
    """Record what was given back after the exit was over."""
    given = read_form(Repaying)
    paper = sent_paper(given.paper)
    left = money.repay(current_actor(), county, exit_id, given.back_amount, given.back_on, given.back_receipt, paper)
    flash(_("退还已记录，还有 %(left)s 元没有退还。", left=left) if left else _("已付的补偿已全部退还。"))
    return back(county, exit_id)
