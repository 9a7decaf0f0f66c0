"""Rows of a party's first page on what somebody did in its name by a written power: who, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from landreg.access.home import Row
from landreg.exchange.bidding.correction_queries import claims_of
from landreg.exchange.contracts import deal_queries, project_queries, queries, signer_queries
from landreg.exchange.contracts.model import Contract
from landreg.registry.routes.shown import holder_name
from landreg.web import i18n


def of_powers(session: Session, own: Sequence[Contract], since: datetime, household: UUID | None) -> Iterator[Row]:
    """What was signed, said of a project or claimed in the name of whoever asks, by a power of attorney, since an instant. own: the
    contracts of whoever asks.
    """
    yield from _signed(session, own, since, household)
    if household is None:
        return
    for word in project_queries.last_words(session, household).values():
        if word.at >= since and word.document_id is not None and word.member_id is None:
            who = holder_name(word.name)
            label = _("有人凭授权委托书代您户对项目表示了意愿：%(who)s。没有委托过的，请马上到交易窗口说明", who=who)
            yield Row(label, url_for("own_contracts.index"), i18n.shown_instant(word.at))
    for claim in claims_of(session, household):
        if claim.at >= since and claim.came and claim.member_id is None:
            who = holder_name(claim.came)
            label = _("有人凭授权委托书代您户主张了优先权：%(who)s。没有委托过的，请马上到交易窗口说明", who=who)
            yield Row(label, url_for("bids.index"), i18n.shown_instant(claim.at))


def _signed(session: Session, own: Sequence[Contract], since: datetime, household: UUID | None) -> Iterator[Row]:
    taking = {one.taker_id for one in deal_queries.own_takers(session)}
    for row, step in signer_queries.signed_by_power(session, own, since):
        takes = row.taker_id in taking
        if step.kind != ("signed_taker" if takes else "signed_contractor"):
            continue
        if takes or queries.passes_land(session, row, household):
            who = holder_name(str(step.facts["name"]))
            label = _("有人凭授权委托书代您签了合同：%(who)s。没有委托过的，请马上到交易窗口说明", who=who)
            address = url_for("own_contracts.one", county=row.county, contract_id=row.contract_id)
            yield Row(label, address, f"{row.number} · {i18n.shown_instant(step.at)}")
