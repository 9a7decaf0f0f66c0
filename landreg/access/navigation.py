"""What each role finds in the bar, and on its first page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from landreg.access.policy import STAFF
from landreg.core.actor import Actor, Role
from landreg.law.book import term
from landreg.web.i18n import language
from landreg.web.i18n import spoken as _

SEEING = (*STAFF, Role.AUDITOR)


@dataclass(frozen=True)
class Item:
    """An address to offer. key: the letter after `g` that goes there. seldom: it stands under “更多” where the bar is full."""

    label: str
    url: str
    key: str
    current: bool
    seldom: bool = False


def items_for(actor: Actor) -> list[Item]:
    """The pages of the actor's roles, in the order of the work; only those that this process has.

    What an office opens every day stands in the bar, at most eight; the rest, and what the foot of every page has too, is
    seldom wanted.
    """
    daily = list(
        _items(
            (_("测绘成果"), "/packages", "p", STAFF),
            (_("地块图"), "/map", "m", SEEING),
            (_("地块"), "/parcels", "l", SEEING),
            (_("农户"), "/households", "f", SEEING),
            (_("登记业务"), "/cases", "c", (Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR)),
            (_("延包"), "/renewals", "y", SEEING),
            (_("登记记录"), "/acts", "a", SEEING),
            (_("我的农户"), "/my", "w", (Role.FARMER,)),
            (_("代办"), "/agent", "d", (Role.AGENT,)),
            (_("流转挂牌"), "/listings", "j", (Role.OPERATOR,)),
            (_("流转合同"), "/contracts", "z", (Role.OPERATOR,)),
            (_("交易场次"), "/sales", "s", (Role.OPERATOR,)),
            (_("竞价与报价"), "/bids", "j", (Role.FARMER, Role.TAKER)),
            (_("我的合同"), "/my/contracts", "c", (Role.TAKER,)),
            (_("流转市场"), "/market", "o", (Role.PUBLIC, Role.FARMER, Role.AGENT, Role.TAKER, Role.OPERATOR)),
            (_("公告"), "/notices", "n", (Role.PUBLIC,)),
            (_("证书查验"), "/check", "k", (Role.PUBLIC,)),
            (_("审计"), "/audit", "t", (Role.AUDITOR,)),
            (_("账户"), "/accounts", "u", (Role.ADMINISTRATOR,)),
            (_("接入系统"), "/clients", "i", (Role.ADMINISTRATOR,)),
            actor=actor,
        )
    )
    seldom = _items(
        (_("测绘成果"), "/packages", "p", (Role.AUDITOR,)),
        (_("农户绑定"), "/bindings", "b", (Role.REGISTRAR,)),
        (_("有偿退出"), "/exits", "x", (Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR)),
        (_("流转挂牌"), "/listings", "j", (Role.REGISTRAR, Role.AUDITOR)),
        (_("流转合同"), "/contracts", "z", (Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR)),
        (_("流转合同申请登记"), "/contracts/to-register", "e", (Role.REGISTRAR,)),
        (_("交易场次"), "/sales", "s", (Role.AUDITOR,)),
        (_("审计意见"), "/audit/findings", "t", (Role.REGISTRAR, Role.REVIEWER)),
        (_("流转市场"), "/market", "o", (*SEEING, Role.ADMINISTRATOR)),
        (_("公告"), "/notices", "n", SEEING),
        (_("证书查验"), "/check", "k", SEEING),
        actor=actor,
    )
    return [*daily, *(replace(item, seldom=True) for item in seldom if item.url not in {one.url for one in daily})]


def public_items() -> Iterator[Item]:
    """What the foot of every page offers."""
    return _items(
        (_("流转市场"), "/market", "", ()),
        (_("公告"), "/notices", "", ()),
        (_("证书查验"), "/check", "", ()),
        (_("您的土地，您做主"), "/yours", "", ()),
        (_("退出补偿试算"), "/compensation", "", ()),
        (_("流转的种类和规则"), "/law/transfers", "", ()),
        (_("投诉"), "/complaints", "", ()),
        (_("退出公开数字"), "/exit-numbers", "", ()),
        (_("法规与参数"), "/law", "", ()),
        (_("登记日志"), "/log", "", ()),
    )


def offers(path: str) -> bool:
    """Whether this process answers a GET at this address."""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True


def _offered(path: str) -> bool:
    """The same of an address of the bar: every page asks it of them all, and the rooms of a process never change."""
    known: dict[str, bool] = current_app.extensions.setdefault("landreg.offered", {})
    if path not in known:
        known[path] = offers(path)
    return known[path]


def searches(actor: Actor) -> bool:
    """Whether the bar has its search box for this actor: an administrator of accounts sees nothing of the register."""
    return actor.has(*SEEING) and _offered("/search")


def role_names(actor: Actor) -> str:
    """The actor's roles in the reader's language."""
    joint = ", " if language() == "en" else "、"
    return joint.join(term("role", role, language()) for role in sorted(actor.roles))


def _items(*rows: tuple[str, str, str, Iterable[Role]], actor: Actor | None = None) -> Iterator[Item]:
    path = request.path
    for label, url, key, roles in rows:
        if (actor is None or actor.has(*roles)) and _offered(url):
            yield Item(label, url, key, path == url or path.startswith(f"{url}/"))
