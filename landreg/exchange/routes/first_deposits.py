"""Rows of first pages on deposits: those that wait to go back, and those of which one side says that they did not come."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from landreg.access.home import Row
from landreg.exchange.bidding import correction_queries, returning
from landreg.exchange.bidding.correction_model import DepositDoubt
from landreg.exchange.routes.first_sales import LAPSED_FOR
from landreg.registry.routes.surroundings import page_day
from landreg.web import i18n


def of_doubts(session: Session) -> Iterator[Row]:
    """One's own deposits that an officer says did not come, until one has answered or they are struck."""
    for one, answered in correction_queries.open_doubts(session, page_day(session) - LAPSED_FOR):
        if not answered:
            note = _("%(day)s 前说明", day=i18n.shown_day(one.answer_by))
            address = url_for("bids.one", county=one.county, sale_id=one.sale_id)
            yield Row(_("交易员说您的保证金没有到账，请说明"), address, note)
    for missed, shown in correction_queries.missed(session, page_day(session) - LAPSED_FOR):
        address = url_for("bids.one", county=missed.county, sale_id=missed.sale_id)
        if shown is None:
            yield Row(_("您说没有收到退还的保证金，等交易员答复"), address, _answer_note(missed))
        else:
            yield Row(_("退还的保证金：交易员已附银行回单，请核对"), address, i18n.shown_instant(shown.at))


def doubted(session: Session) -> Iterator[Row]:
    """At the desk: deposits that are doubted, which a second officer strikes or lets stand."""
    today = page_day(session)
    for one, answered in correction_queries.open_doubts(session, today - LAPSED_FOR):
        ripe = answered or today > (one.answer_by or today)
        label = _("保证金待另一名交易员核对") if ripe else _("保证金在核对，等竞买人说明")
        note = "" if ripe else _("%(day)s 前说明", day=i18n.shown_day(one.answer_by))
        address = url_for("corrections.deposit", county=one.county, deposit_id=one.deposit_id)
        yield Row(label, address, " · ".join(filter(None, (one.by_name, note))))
    for missed, shown in correction_queries.missed(session, today):
        if shown is None:
            late = missed.answer_by is not None and today > missed.answer_by
            label = _("竞买人没有收到退还的保证金，逾期没有答复") if late else _("竞买人没有收到退还的保证金，请答复")
            address = url_for("corrections.deposit", county=missed.county, deposit_id=missed.deposit_id)
            yield Row(label, address, _answer_note(missed))


def _answer_note(one: DepositDoubt) -> str:
    said: str = _("应在 %(day)s 前答复", day=i18n.shown_day(one.answer_by))
    return said


def of_deposits(session: Session) -> Iterator[Row]:
    """Deposits of one's own that wait to go back, and by which day they are due."""
    for one in returning.own(session, page_day(session)):
        said = {"yuan": f"{one.yuan:,.2f}", "day": i18n.shown_day(one.due_on)}
        label = (
            _("保证金 %(yuan)s 元应在 %(day)s 前退还，已经逾期", **said)
            if one.late
            else _("保证金 %(yuan)s 元待退还，应在 %(day)s 前退还", **said)
        )
        yield Row(label, url_for("bids.one", county=one.entrant.county, sale_id=one.entrant.sale_id), "")


def returns(session: Session) -> Iterator[Row]:
    """At the desk: how many deposits are to go back, the first by which day; those whose day is over apart, and first."""
    found = returning.to_return(session, page_day(session))
    for late in (True, False):
        if rows := [one for one in found if one.late == late]:
            n = sum(one.waiting for one in rows)
            label = _("保证金逾期没有退还：%(n)s 笔", n=n) if late else _("保证金待退还：%(n)s 笔", n=n)
            note = _("最早的应在 %(day)s 前退还", day=i18n.shown_day(rows[0].due_on))
            yield Row(label, f"{url_for('sales.index')}#to-return", note)
