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


def test_remedies_name_the_organ_and_the_court_with_their_days_and_no_doubts() -> None:
    assert remedies_of(national_law("610929", law().on), "白河县") == (
        "自收到本告知书之日起 60 日内，可以依法向白河县人民政府申请行政复议。",
        "自收到本告知书之日起 6 个月内，可以依法向白河县人民法院提起行政诉讼。",
    )
