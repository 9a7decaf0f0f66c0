"""The administrator's pages: accounts, their roles and their state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access import province, queries, rules, service
from landreg.access.home import Figure, Queue, Row, Shown, on_first_page
from landreg.access.model import Account
from landreg.access.policy import allow, current_actor
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, NotFound
from landreg.law.book import term
from landreg.web import pages, problems
from landreg.web.forms import read_form
from landreg.web.i18n import language, shown_day

blueprint = Blueprint("accounts", __name__)
# Roles whose desks this process serves; those of the other desks are opened there, a farmer's by a code of the office.
OFFERED = tuple(
    role
    for role, desk in rules.DESK_OF.items()
    if desk in (Desk.REGISTRY, Desk.EXCHANGE, Desk.AUDITOR) or role is Role.AGENT
)

SHUT_SHOWN = 10


@dataclass(frozen=True)
class AccountForm:
    """A new account."""

    login: str = field(metadata={"most": 32})
    name: str = field(metadata={"most": 40})
    jurisdiction: str = field(metadata={"most": 12})
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class RolesForm:
    """Other roles and another jurisdiction for an account."""

    jurisdiction: str = field(metadata={"most": 12})
    roles: tuple[Role, ...]


@blueprint.get("/accounts")
@allow(Role.ADMINISTRATOR)
def listed() -> Response:
    """The accounts of the administrator's jurisdiction."""
    actor = current_actor()
    text = request.args.get("q", "").strip()[:64]
    role = next((role.value for role in Role if role.value == request.args.get("role")), "")
    locked = request.args.get("state") == "locked"
    with unit_of_work(actor) as uow:
        statement = queries.accounts_within(actor.jurisdiction, text, role, locked=locked)
        page = pages.page_of(uow.session, statement, number=pages.page_number(), size=pages.page_size())
    narrowed = (term("role", role, language()) if role else "", _("已停用") if locked else "")
    return pages.render("access/accounts.html", page=page, text=text, narrowed=[name for name in narrowed if name])


@on_first_page(Role.ADMINISTRATOR)
def first_page(actor: Actor) -> Iterator[Shown]:
    """For the administrator: how many accounts each role has, and those that are shut."""
    with unit_of_work(actor) as uow:
        counts = queries.accounts_by_role(uow.session, actor.jurisdiction)
        shut = uow.session.scalars(queries.accounts_within(actor.jurisdiction, locked=True).limit(SHUT_SHOWN)).all()
    for role in rules.DESK_OF:
        if role.value in counts:
            url = url_for("access.accounts.listed", role=role.value)
            yield Figure(term("role", role, language()), counts[role.value], url)
    rows = [
        Row(f"{account.name} · {account.login}", url_for("access.accounts.one", account_id=account.account_id),
            shown_day(account.locked_at))
        for account in shut
    ]  # fmt: skip
    address = url_for("access.accounts.listed", state="locked")
    yield Queue(_("已停用的账户"), address, rows, _("没有停用的账户。"))


@blueprint.get("/accounts/new")
@allow(Role.ADMINISTRATOR)
def new() -> Response:
    """The form of a new account."""
    return pages.render("access/new_account.html", roles=_role_options(), jurisdiction=current_actor().jurisdiction)


@blueprint.post("/accounts/new")
@allow(Role.ADMINISTRATOR)
@problems.back_to(new)
def opened() -> Response:
    """Open an account; its temporary password is shown once."""
    given = read_form(AccountForm)
    password = service.temporary_password()
    wanted = service.NewAccount(given.login, given.name, frozenset(given.roles), given.jurisdiction)
    account_id = service.open_account(current_actor(), wanted, password)
    return pages.render("access/password_told.html", 201, account=_account(account_id), password=password)


@blueprint.get("/accounts/<uuid:account_id>")
@allow(Role.ADMINISTRATOR)
def one(account_id: UUID) -> Response:
    """One account, and what can be done with it."""
    account = _account(account_id)
    with unit_of_work(current_actor()) as uow:
        protected = queries.has_second_factor(uow.session, account_id)
        provinces = queries.identities_of_account(uow.session, account_id)
    return pages.render(
        "access/account.html", account=account, roles=_role_options(), protected=protected, provinces=provinces
    )


@blueprint.post("/accounts/<uuid:account_id>/roles")
@allow(Role.ADMINISTRATOR)
@problems.back_to(one)
def roles_changed(account_id: UUID) -> Redirect:
    """Give other roles or another jurisdiction."""
    given = read_form(RolesForm)
    service.change_roles(current_actor(), account_id, frozenset(given.roles), given.jurisdiction)
    flash(_("已修改，该账户需要重新登录。"))
    return redirect(url_for(".one", account_id=account_id), 303)


@blueprint.post("/accounts/<uuid:account_id>/lock")
@allow(Role.ADMINISTRATOR)
@problems.back_to(one)
def locked(account_id: UUID) -> Redirect:
    """Shut the account."""
    service.lock(current_actor(), account_id)
    flash(_("账户已停用，正在进行的登录已退出。"))
    return redirect(url_for(".one", account_id=account_id), 303)


@blueprint.post("/accounts/<uuid:account_id>/unlock")
@allow(Role.ADMINISTRATOR)
@problems.back_to(one)
def unlocked(account_id: UUID) -> Redirect:
    """Open the account again."""
    service.unlock(current_actor(), account_id)
    flash(_("账户已恢复使用。"))
    return redirect(url_for(".one", account_id=account_id), 303)


@blueprint.post("/accounts/<uuid:account_id>/password")
@allow(Role.ADMINISTRATOR)
@problems.back_to(one)
def password_reset(account_id: UUID) -> Response:
    """Give a temporary password, shown once."""
    password = service.reset_password(current_actor(), account_id)
    return pages.render("access/password_told.html", account=_account(account_id), password=password)


@blueprint.post("/accounts/<uuid:account_id>/second-factor")
@allow(Role.ADMINISTRATOR)
@problems.back_to(one)
def factor_reset(account_id: UUID) -> Redirect:
    """Take away an authenticator that was lost."""
    service.reset_second_factor(current_actor(), account_id)
    flash(_("验证器已解除，正在进行的登录已退出。"))
    return redirect(url_for(".one", account_id=account_id), 303)


@blueprint.post("/accounts/<uuid:account_id>/province")
@allow(Role.ADMINISTRATOR)
@problems.back_to(one)
def province_ended(account_id: UUID) -> Redirect:
    """End the account's binding to an identity of the province."""
    province.unbind_for(current_actor(), account_id)
    flash(_("统一身份绑定已解除，由此进行的登录已退出。"))
    return redirect(url_for(".one", account_id=account_id), 303)


def _account(account_id: UUID) -> Account:
    actor = current_actor()
    with unit_of_work(actor) as uow:
        account = queries.account_within(uow.session, account_id, actor.jurisdiction)
    if account is None:
        raise NotFound(Finding("ACC-17"))
    return account


def _role_options() -> list[tuple[str, str]]:
    return [(role.value, term("role", role, language())) for role in OFFERED]
