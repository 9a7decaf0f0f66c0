"""What the letter on an error says that the office found: each fact in words, as registered and as it should be."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gis import nyt2539
from landreg.law.book import term
from landreg.registry.casebook import Case
from landreg.registry.facts.acts import act_proposals
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.parcels import ParcelActFacts


def corrected_in_words(session: Session, case: Case) -> list[tuple[str, str, str]]:
    """What a case would set right, for the party: fact, as registered, as it should be; a number is told nobody by post."""
    (proposal,) = act_proposals(session, [case])
    facts = proposal.facts
    assert isinstance(facts, ParcelActFacts) and isinstance(facts.asked, Correction)  # noqa: S101, PT018  the kind of act says so
    return [
        (term("fact", "id_number"), "登记的身份号码", "与身份证件上的不一致，请到窗口核对")
        if one.fact == "person_id"
        else (term("fact", one.fact), _in_words(one.fact, facts.now.get(one.fact, "")), _in_words(one.fact, one.value))
        for one in facts.asked.facts
    ]


def _in_words(fact: str, value: str) -> str:
    """A fact, as a form writes it, in the words of the register."""
    if fact == "term":
        return value.replace("/", " 至 ")
    if fact in _YES_OR_NO:
        return {"1": "是", "0": "否"}.get(value, "")
    if fact in _TABLES:
        return _TABLES[fact].get(value, value)
    return term({"nature": "land_mode"}.get(fact, fact), value)


_YES_OR_NO = ("basic_farmland", "holds_right")
_TABLES = {
    "land_class": nyt2539.LAND_USE_2007, "soil_grade": nyt2539.code_table("C.8"), "land_use": nyt2539.code_table("C.9"),
}  # fmt: skip
