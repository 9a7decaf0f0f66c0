"""What a paper that is handed out cites: the articles that were read, and no doubts of its office."""

from __future__ import annotations

from landreg.law.book import all_articles, national_law
from landreg.registry.papers.office import articles_of, remedies_of
from tests.unit.land.kit import law

UNREAD = next(code for code, article in all_articles().items() if not article.verified)


def test_of_several_articles_those_that_were_read_are_cited() -> None:
    assert [name for name, _text in articles_of(("RERR-18", UNREAD))] == ["《不动产登记暂行条例》第十八条"]
    ((name, text),) = articles_of(("RERR-18",))
    assert text.startswith("不动产登记机构受理")
    assert name == "《不动产登记暂行条例》第十八条"


def test_where_none_was_read_its_name_is_told_alone() -> None:
    article = all_articles()[UNREAD]
    assert articles_of((UNREAD,)) == ((f"《{article.law}》{article.number}", article.text or ""),)


def test_no_paper_says_that_its_office_has_not_read_the_law() -> None:
    assert not [said for said in remedies_of(national_law("610902", law().on)) if "未核对" in said]
