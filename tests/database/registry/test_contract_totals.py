"""A contract's total in mu, which its county converts or adds up: every paper says the one that was signed."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

from landreg import keys
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.files import Store
from landreg.core.pdftext import pdf_text
from landreg.law.queries import load_law
from landreg.log.store import seal
from landreg.registry import booking, queries
from landreg.registry.facts import first
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.papers.office import in_mu
from landreg.registry.routes import shown
from tests.registry_kit import Connection, one, to_notice
from tests.villages import COUNTY, Staged, stage_village

CONVERTED = Decimal("1.19")


@pytest.fixture
def staged(superuser: Connection) -> Staged:
    """A contract whose total says less than its parcels' printed mu, of which each was rounded up."""
    made = stage_village(superuser, 1)
    superuser.execute("UPDATE land.staged_contract SET mu = %s", [CONVERTED])
    return made


def test_the_total_that_was_signed_stands_in_notice_register_certificate_and_excerpt(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    cases = to_notice(registrar, reviewer, superuser, staged)
    content = one(registrar, "SELECT content FROM registry.notice")
    assert [in_mu(row) for row in content["rows"]] == [CONVERTED, None]
    with unit_of_work(registrar) as uow:
        law = load_law(uow.session, COUNTY, uow.now.date())
        looked_at = [found for case in cases if (found := queries.case(uow.session, COUNTY, case))]
        assert CONVERTED in [shown.proposed(each, law).mu for each in first.proposals(uow.session, looked_at)]
    booking.register(reviewer, COUNTY, cases)
    seal(worker, database)
    assert {one(registrar, f"SELECT mu FROM registry.{table} WHERE code = '{staged.contracts[0]}'")
            for table in ("contract", '"right"')} == {CONVERTED}  # fmt: skip
    press = Press(keys.certificate_signer(database), Store(database.store), "http://127.0.0.1:8000")
    text = "".join(
        pdf_text(io.BytesIO(press.store.read(paper.sha256)))
        for paper in certificates.issue(registrar, COUNTY, cases, press).issued
    ).replace("\n", "")
    assert "1.19 亩（800.00 m²）" in text
    assert "承包地确权总面积的亩数与承包合同一致，各地块亩数之和为 1.20 亩。" in text
