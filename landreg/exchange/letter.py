"""A letter on paper to one party: for a household or taker without an account, handed over and signed for. Printed from what
stands in the exchange; that it was delivered is recorded by the step that it belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy.orm import Session

from landreg.land.queries import division_names
from landreg.law.book import Law
from landreg.registry.papers.office import Desk
from landreg.registry.papers.typesetting import chinese_date, qr_svg, typeset


@dataclass(frozen=True)
class Letter:
    """A letter. to: whom it is for, and as what; facts: name and value; steps: what they may do, in order; basis: on which articles
    it stands; by: whose notice it is, '' of the exchange's own; check_url: where its facts are held against the record.
    """

    title: str
    number: str
    to: str
    opening: str
    facts: tuple[tuple[str, str], ...]
    steps: tuple[str, ...]
    basis: str
    check_url: str
    by: str = ""


def printed(session: Session, desk: Desk, county: str, letters: Sequence[Letter], day: date) -> bytes:
    """Letters of a day as one PDF, each on a page of its own. Raises ValueError without one."""
    if not letters:
        raise ValueError("no letter")
    made = [{**asdict(one), "qr": qr_svg(one.check_url)} for one in letters]
    phone = desk.law.text("MKT-5.office", "phone")
    content = {
        "title": letters[0].title, "letters": made, "authority": office_of(session, desk, county), "day": chinese_date(day),
        "phone": "" if phone.startswith("（") else phone,  # so a county that has set none
        "check_url": letters[0].check_url, "qr": made[0]["qr"],
    }  # fmt: skip
    return typeset("letters", content, day, sample=desk.sample, tagged=True)


def office_of(session: Session, desk: Desk, county: str) -> str:
    """The name of a county's exchange."""
    name = division_names(session, [county]).get(county, county)
    return desk.law.text("MKT-5.office", "name").replace("{county}", name)


def basis_of(law: Law, *rules: str) -> str:
    """The articles of rules as a letter cites them, each once."""
    cited = dict.fromkeys(f"《{one.law}》{one.number}" for rule in rules for one in law.articles(rule) if one.verified)
    return "、".join(cited)
