"""Pages of the exchange, and what of it belongs on the operator's first page."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from landreg.access.home import Figure, Queue, Row, Shown, on_first_page
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.exchange.bidding import sale_queries
from landreg.exchange.contracts import deal_queries as contracts
from landreg.exchange.listings import listing_queries as listings
from landreg.web import i18n

ON_FIRST_PAGE = 8


@on_first_page(Role.OPERATOR)
def to_do(actor: Actor) -> Iterator[Shown]:
    """What waits for the operator: listings to review, sales under way, deals of which no contract was drawn."""
    with unit_of_work(actor) as uow:
        count = listings.counts(uow.session).get("submitted", 0)
        waiting = uow.session.scalars(listings.listed("submitted").limit(ON_FIRST_PAGE)).all()
        held = sale_queries.sales(uow.session, since=uow.now)
        deals = contracts.deals_waiting(uow.session)
    at_review = url_for("listing_desk.index", state="submitted")
    yield Figure(_("待审核的挂牌"), count, at_review)
    yield Figure(_("进行中的场次"), len(held), url_for("sales.index"))
    yield Figure(_("已成交，待拟合同"), len(deals), url_for("contracts.index"))
    rows = [
        Row(
            f"{row.number} {i18n.shown_term(row.way, 'listing_way')}",
            url_for("listing_desk.one", county=row.county, listing_id=row.listing_id),
            i18n.shown_instant(row.listed_at),
        )
        for row in waiting
    ]
    yield Queue(_("待审核的挂牌"), at_review, rows, _("现在没有要审核的挂牌。"))
    shown = [
        Row(
            f"{i18n.shown_term(standing.sale.way, 'listing_way')} {i18n.shown_term(standing.stage, 'sale_stage')}",
            url_for("sales.one", county=standing.sale.county, sale_id=standing.sale.sale_id),
            _("%(at)s 截止", at=i18n.shown_instant(standing.clock.closes_at)),
        )
        for standing in held[:ON_FIRST_PAGE]
    ]
    yield Queue(_("进行中的场次"), url_for("sales.index"), shown, _("现在没有进行中的场次。"))
