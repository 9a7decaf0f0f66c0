"""The life of a contract on its pages: rents in grain, lists read at once, each step from its page, what is no step then."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from landreg.core.actor import Actor, Desk, Role
from landreg.exchange.contracts.model import Contract
from landreg.law.book import terms
from tests.contract_kit import VALUES, drawn, early, seen, signed, today
from tests.exchange_kit import farmer_of, photographed
from tests.plans import sent
from tests.registry_kit import HOUSEHOLD, Connection, pass_days, to_rights
from tests.villages import COUNTY, VILLAGE, past_triggers
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_brought import bound

STATEMENTS = """
    INSERT INTO exchange.contract SELECT (jsonb_populate_record(c, jsonb_build_object(
        'contract_id', gen_random_uuid(), 'number', c.number || n))).*
        FROM exchange.contract AS c, generate_series(11, %(last)s) AS n WHERE c.contract_id = %(of)s
    @ INSERT INTO exchange.contract_event SELECT (jsonb_populate_record(e, jsonb_build_object(
        'contract_id', k.contract_id, 'event_id', gen_random_uuid()))).* FROM exchange.contract_event AS e, exchange.contract AS k
        WHERE e.contract_id = %(of)s AND length(k.number) > 18
    @ INSERT INTO exchange.rent_due SELECT (jsonb_populate_record(d, jsonb_build_object('contract_id', k.contract_id))).*
        FROM exchange.rent_due AS d, exchange.contract AS k WHERE d.contract_id = %(of)s AND length(k.number) > 18
    @ INSERT INTO exchange.contract_parcel SELECT (jsonb_populate_record(p, jsonb_build_object('contract_id', k.contract_id))).*
        FROM exchange.contract_parcel AS p, exchange.contract AS k WHERE p.contract_id = %(of)s AND length(k.number) > 18
"""


def picture() -> tuple[io.BytesIO, str]:
    return io.BytesIO(photographed()), "凭证.jpg"


def notice(what: str = "arrears") -> dict[str, Any]:
    """A notice to remedy that reached the taker today."""
    return {"what": what, "said": "请付清", "told_on": today().isoformat(), "paper": picture()}


def agreed(on_day: date) -> dict[str, Any]:
    """What the form of an end by agreement sends, but for its paper."""
    return {
        "how": "agreed",
        "on_day": on_day.isoformat(),
        "made_on": today().isoformat(),
        "said": "改种别的，双方商定不再租了，欠的照付",
    }


def ended_today() -> dict[str, Any]:
    """What an end on one side says, of today."""
    day = today().isoformat()
    return {"on_day": day, "told_on": day, "said": "催告以后仍不改正"}


def price(superuser: Connection, since: date, yuan: str) -> None:
    """The county's price of a kg of wheat."""
    superuser.execute(
        """INSERT INTO law.county_parameter (county, id, village, name, key, value, since, decided_in, set_by, set_at)
           VALUES ('610902', %s, '610902', 'CON-11.grain_yuan_per_kg', 'wheat', %s, %s, '汉农发〔2022〕1号', %s, now())""",
        (uuid4(), yuan, since, uuid4()),
    )


@pytest.fixture
def village(officers: tuple[Actor, Actor], superuser: Connection) -> Actor:
    to_rights(*officers, superuser, 2)
    return officers[0]


@pytest.fixture
def ling(app: Any, account: OpenAccount, village: Actor) -> Browser:
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser = Browser(app.test_client())
    browser.log_in("ling")
    return browser


def of(contract: Contract, step: str = "") -> str:
    return f"/contracts/{COUNTY}/{contract.contract_id}" + (f"/{step}" if step else "")


def rule_of(answer: Any) -> set[str]:
    assert 400 <= answer.status_code < 500, answer.status_code
    return set(re.findall(r'class="code">([A-Z]+-\d+)<', answer.text))


def wheat(superuser: Connection) -> Contract:
    """0.6 mu for 200 kg a mu and year, five years from November 2022: 120 kg due on the first of each."""
    return early(
        superuser,
        signed(
            drawn(
                unit="kg_mu_year",
                grain="wheat",
                price=Decimal(200),
                from_on=date(2022, 11, 1),
                until_on=date(2027, 11, 1),
            )
        ),
    )


def test_a_rent_in_grain_is_late_from_its_day_before_the_county_has_set_a_price(
    ling: Browser, browser: Browser, village: Actor, superuser: Connection
) -> None:
    """In kg: on the list, the first page, the household's own page; no certificate is given, and a notice to remedy runs."""
    contract = wheat(superuser)
    lines = {"operator": ling.get(of(contract)).text}
    late = ling.get("/contracts/late").text
    assert "1 份合同共逾期 0.00 元 · 还有 600.00 千克粮食逾期，待县区定价" in re.sub(r"\s+", " ", late)
    assert "600.00 千克小麦" in late
    assert "<strong>1</strong>有价款逾期的合同" in ling.get("/").text
    bound(village, HOUSEHOLD, "lin.nong")
    browser.log_in("lin.nong")
    assert "已经逾期" in browser.get("/my/contracts").text
    lines["farmer"] = browser.get(f"/my/contracts/{COUNTY}/{contract.contract_id}").text
    for who, page in lines.items():
        assert "有 600.00 千克粮食逾期未付，县区还没有公布价格" in page, who
        assert ("逾期" in page, "待定价" in page) == (True, True), who
    assert "CON-14" in rule_of(ling.post(of(contract, "certificate")))
    assert ling.post(of(contract, "remedy"), notice()).status_code == 303
    assert seen(contract).events[-1].facts["arrears_kg"] == "600.00"
    pass_days(superuser, 32)
    ending = {"ground": "serious_breach", **ended_today(), "paper": picture()}
    assert ling.post(of(contract, "termination"), ending).status_code == 303


def test_a_rent_in_grain_of_a_day_without_a_price_is_yuan_at_the_next_that_the_county_sets(
    ling: Browser,
    browser: Browser,
    another_browser: Browser,
    account: OpenAccount,
    village: Actor,
    superuser: Connection,
) -> None:
    """CON-11, CON-6: money is refused for want of a price until then; the first price counts, whatever is set later; one that has
    not come yet prices nothing.
    """
    contract = wheat(superuser)
    bound(village, HOUSEHOLD, "lin.nong")
    browser.log_in("lin.nong")
    account("audit", Role.AUDITOR, jurisdiction=COUNTY)
    another_browser.log_in("audit")
    paid = {"paid_on": today().isoformat(), "receipt": "GB-1", "amount": "10", "paper": picture()}

    def pages() -> dict[str, str]:
        own = browser.get(f"/my/contracts/{COUNTY}/{contract.contract_id}").text
        return {
            "operator": ling.get(of(contract)).text,
            "farmer": own,
            "auditor": another_browser.get(of(contract)).text,
        }

    refused = ling.post(of(contract, "payments"), paid)
    assert rule_of(refused) == {"CON-6"}
    assert "2022-11-01 应付的粮食，县区还没有公布价格" in refused.text
    assert "还应付 0.00" not in refused.text
    price(superuser, today() + timedelta(1), "9.00")
    assert all("待定价" in page for page in pages().values())
    price(superuser, date(2023, 2, 1), "2.40")
    price(superuser, date(2023, 5, 1), "2.80")
    for who, page in pages().items():
        assert "每千克 2.40 元，折 288.00 元" in page, who
        assert page.count("付款日没有县区价格，按其后第一次公布的、2023-02-01 起的价格") == 1, who
        assert "已定价的折 1632.00 元" in page, who
        assert "CON-11" not in page, who
    assert "1 份合同共逾期 1632.00 元" in re.sub(r"\s+", " ", ling.get("/contracts/late").text)
    assert ling.post(of(contract, "payments"), {**paid, "paper": picture()}).status_code == 303
    assert seen(contract).left_kg == Decimal("595.83")


def test_a_lease_of_a_house_cites_nothing_of_farmland_and_ends_for_a_breach_that_no_notice_mended(
    ling: Browser, superuser: Connection
) -> None:
    """CON-37, and none of the grounds of RLCL-42 (CON-7)."""
    contract = early(superuser, signed(drawn()))
    with past_triggers(superuser) as past:
        past.execute(
            "UPDATE exchange.contract SET kind = 'house_lease' WHERE contract_id = %s", (contract.contract_id,)
        )
    for step in ("remedy", "terminate"):
        page = ling.get(of(contract, f"life/{step}")).text
        main = page[page.index("<main") : page.index("</main>")]
        assert not re.search("承包法.?第|流转管理办法|抛荒|撂荒|承包方", main), step
    ending = ended_today()
    for ground in ("use_changed", "abandoned", "serious_breach", "breach"):
        answer = ling.post(of(contract, "termination"), {**ending, "ground": ground, "paper": picture()})
        assert rule_of(answer) == {"CON-37"}, ground
    assert ling.post(of(contract, "remedy"), notice()).status_code == 303
    pass_days(superuser, 32)
    ending = {**ended_today(), "ground": "breach", "paper": picture()}
    assert ling.post(of(contract, "termination"), ending).status_code == 303


def test_of_a_contract_whose_last_day_is_set_the_refusal_says_so(ling: Browser, superuser: Connection) -> None:
    """CON-5 names the state; so it does where the database refuses."""
    contract = early(superuser, signed(drawn()))
    last = today() + timedelta(days=30)
    assert ling.post(of(contract, "end"), {**agreed(last), "paper": picture()}).status_code == 303
    page = ling.get(of(contract)).text
    until = (last - timedelta(days=1)).isoformat()
    assert f"合同履行到 {until} 为止，终止日期 {last.isoformat()} 已经记录。" in page
    told = ling.get(f"/contracts/check?number={contract.number}").text
    assert f"终止日期 {last.isoformat()} 已经记录。" in told
    assert "现在的状态：已终止" not in told
    assert "元价款逾期未付" in page
    for step, said in (("remedy", notice("use")), ("certificate", {}), ("registration", {"application": picture()})):
        answer = ling.post(of(contract, step), said)
        assert "“—”" not in answer.text, step
        assert "终止日已定" in answer.text or step == "certificate", step
    causes = superuser.execute(
        """SELECT DISTINCT (regexp_matches(said, 'con_5_([a-z_]+)', 'g'))[1] FROM (
               SELECT prosrc AS said FROM pg_proc WHERE pronamespace = 'exchange'::regnamespace
               UNION ALL SELECT indexname FROM pg_indexes WHERE schemaname = 'exchange'
               UNION ALL SELECT conname FROM pg_constraint WHERE connamespace = 'exchange'::regnamespace) AS wall"""
    ).fetchall()
    named = {cause for (cause,) in causes}
    assert {"each_once", "contract_keeps_its_course"} <= named
    assert named <= set(terms("contract_stage"))


def test_a_rent_in_grain_is_paid_in_grain_and_in_money_at_the_price_of_its_day(
    ling: Browser, browser: Browser, village: Actor, superuser: Connection
) -> None:
    """CON-23 for more grain than is owed; CON-6 for more money; a receipt that counts once."""
    price(superuser, date(2022, 1, 1), "2.40")
    price(superuser, date(2024, 1, 1), "2.80")
    contract = wheat(superuser)
    page = ling.get(of(contract)).text
    assert "有 600.00 千克粮食逾期未付，已定价的折 1584.00 元" in page
    assert "每千克 2.40 元，折 288.00 元" in page
    form = ling.get(of(contract, "life/payment")).text
    assert "今天的县区价格：每千克 2.80 元" in form
    paid = {"paid_on": today().isoformat(), "receipt": "GB-1"}

    def pay(**said: str) -> Any:
        return ling.post(of(contract, "payments"), {**paid, "paper": picture(), **said})

    assert rule_of(pay(kg="600.01")) >= {"CON-23"}
    assert rule_of(pay(kg="10", amount="10")) >= {"CON-23"}
    assert rule_of(pay(amount="1584.01")) >= {"CON-6"}
    assert rule_of(pay()) >= {"FORM-1"}
    assert pay(kg="150").status_code == 303
    page = ling.get(of(contract)).text
    assert "有 450.00 千克粮食逾期未付，已定价的折 1224.00 元" in page
    assert "交粮 150.00 千克" in page
    assert rule_of(pay(amount="216.00")) >= {"CON-6"}
    assert pay(amount="216.00", receipt="HP-2").status_code == 303
    late = ling.get("/contracts/late").text
    assert "360.00 千克小麦" in late
    assert "1008.00" in late
    bound(village, HOUSEHOLD, "lin.nong")
    browser.log_in("lin.nong")
    assert "120.00 千克小麦" in browser.get("/my/contracts").text
    own = browser.get(f"/my{of(contract)}").text
    assert "有 360.00 千克粮食逾期未付，已定价的折 1008.00 元" in own
    assert "GB-1" in own
    assert pay(kg="360", receipt="GB-3").status_code == 303
    assert (seen(contract).left, seen(contract).left_kg) == (0, 0)
    assert "没有逾期的价款" in ling.get("/contracts/late").text


def test_a_rent_in_grain_without_a_price_of_the_county_stays_in_kilograms(ling: Browser, superuser: Connection) -> None:
    """CON-11: told on the page; grain is handed over kilogram for kilogram all the same, money for what has no price is
    refused, and no certificate is given while kilograms are due.
    """
    contract = early(superuser, signed(drawn(unit="kg_mu_year", grain="wheat", price=Decimal(200))))
    owed = seen(contract).left_kg
    page = ling.get(of(contract)).text
    assert "待定价" in page
    assert "CON-11" in page
    form = ling.get(of(contract, "life/payment")).text
    assert "县区还没有公布今天的价格" in form
    said = {"paid_on": today().isoformat(), "receipt": "GB-1"}
    assert "CON-6" in rule_of(ling.post(of(contract, "payments"), {**said, "amount": "10", "paper": picture()}))
    assert "CON-14" in rule_of(ling.post(of(contract, "certificate")))
    assert ling.post(of(contract, "payments"), {**said, "kg": str(owed - 10), "paper": picture()}).status_code == 303
    assert [(one.kg, one.amount_yuan) for one in seen(contract).payments] == [(owed - 10, None)]
    assert "CON-14" in rule_of(ling.post(of(contract, "certificate")))
    assert "有 10.00 千克粮食逾期未付" in ling.get(of(contract)).text
    rest = {**said, "receipt": "GB-2", "kg": "10", "paper": picture()}
    assert ling.post(of(contract, "payments"), rest).status_code == 303
    assert ling.post(of(contract, "certificate")).status_code == 303


def test_twenty_contracts_are_listed_in_as_many_statements_as_one(
    ling: Browser, browser: Browser, village: Actor, superuser: Connection
) -> None:
    price(superuser, date(2022, 1, 1), "2.40")
    contract = wheat(superuser)
    bound(village, HOUSEHOLD, "lin.nong")
    browser.log_in("lin.nong")

    def counted() -> tuple[int, int, int, int]:
        with sent(Desk.EXCHANGE) as desk:
            late = ling.get("/contracts/late").text
        with sent(Desk.CITIZEN) as farmer:
            own = browser.get("/my/contracts").text
        return len(desk), len(farmer), late.count(contract.number), own.count("看合同和租金")

    ling.get("/contracts/late")
    browser.get("/my/contracts")
    of_one = counted()
    with past_triggers(superuser):
        for statement in STATEMENTS.split("@"):
            superuser.execute(statement.strip(), {"of": contract.contract_id, "last": 29})
    of_twenty = counted()
    assert (of_one[3], of_twenty[3]) == (1, 20)
    assert of_twenty[:2] == of_one[:2]


def test_a_contract_ended_early_owes_nothing_of_the_days_after_and_what_was_paid_for_them_goes_back(
    ling: Browser, superuser: Connection, another_browser: Browser, account: OpenAccount
) -> None:
    """Paid whole at once, then ended by agreement in mid-term; its land comes back with a sum for what stays, and what was paid too
    much (CON-24).
    """
    contract = signed(drawn())
    left, day = seen(contract).left, today()
    paid = {"amount": str(left), "paid_on": day.isoformat(), "receipt": "HP-1", "paper": picture()}
    assert ling.post(of(contract, "payments"), paid).status_code == 303
    assert "life/payment" not in ling.get(of(contract)).text
    said = agreed(day)
    assert "CON-8" in rule_of(ling.post(of(contract, "end"), said))
    assert rule_of(ling.post(of(contract, "end"), {"how": "agreed", "on_day": said["on_day"]})) == {"FORM-1"}
    back = {**agreed(day - timedelta(days=1)), "paper": picture()}
    assert "CON-8" in rule_of(ling.post(of(contract, "end"), back))
    assert "终止以后照付" in ling.get(of(contract, "life/end")).text
    assert rule_of(ling.post(of(contract, "end"), {**said, "how": "terminated", "paper": picture()})) >= {"FORM-5"}
    lost = {"how": "land_lost", "on_day": today().isoformat(), "paper": picture()}
    assert rule_of(ling.post(of(contract, "end"), lost)) == {"FORM-1"}
    early = {"on_day": back["on_day"], "made_on": back["on_day"]}
    assert "CON-8" in rule_of(ling.post(of(contract, "end"), {**lost, **early, "paper": picture()}))
    assert ling.post(of(contract, "end"), {**said, "paper": picture()}).status_code == 303
    page = ling.get(of(contract)).text
    over = seen(contract).overpaid
    assert 0 < over < left
    assert f"多付 {over} 元，应退还受让方" in page
    assert "没有逾期的价款" in ling.get("/contracts/late").text
    back = {"fixtures": "left_paid", "on_day": day.isoformat()}
    assert "CON-24" in rule_of(ling.post(of(contract, "give-back"), {**back, "paper": picture()}))
    account("nong.jia", Role.FARMER, jurisdiction=VILLAGE)
    farmer_of(superuser, contract.household_code, login="nong.jia")
    another_browser.log_in("nong.jia")
    own = f"/my{of(contract)}"
    assert f"对方多付了 {over:,.2f} 元，您应退还对方" in another_browser.get("/").text
    assert f"对方多付了 {over} 元，您应退还对方" in another_browser.get(own).text
    assert 'name="repaid_yuan"' in ling.get(of(contract, "life/return")).text
    back["paid_yuan"] = "800"
    assert "CON-24" in rule_of(ling.post(of(contract, "give-back"), {**back, "paper": picture()}))
    back["repaid_yuan"] = str(over)
    assert ling.post(of(contract, "give-back"), {**back, "paper": picture()}).status_code == 303
    assert "多付" not in another_browser.get("/").text
    assert f"多付的：退还 {over} 元" in another_browser.get(own).text
    page = ling.get(of(contract)).text
    assert "应退还受让方" not in page
    assert "补偿 800.00 元" in page
    assert "life/return" not in page


def test_each_step_of_a_contract_s_life_is_offered_when_it_may_come_and_is_no_page_before(
    ling: Browser, superuser: Connection
) -> None:
    """From arrears over a notice that ran out to the end by the contractor; a dispute between, and a re-transfer's chain."""
    contract = early(superuser, signed(drawn()))

    def offered() -> set[str]:
        return set(re.findall(r"/(?:life|next)/(\w+)\"", ling.get(of(contract)).text))

    running = {"payment", "remedy", "renewal_asked", "end", "terminate", "dispute", "change", "renewal", "retransfer"}
    assert offered() == running
    for step in ("outcome", "return"):
        assert "CON-5" in rule_of(ling.get(of(contract, f"life/{step}")))
    assert ling.get(of(contract, "life/anything")).status_code == 404
    day = {"on_day": today().isoformat()}
    breach = {**ended_today(), "ground": "serious_breach"}
    assert "还没有催告" in ling.get(of(contract, "life/terminate")).text
    answer = ling.post(of(contract, "termination"), {**breach, "paper": picture()})
    assert "CON-7" in rule_of(answer)
    assert "法定事由" in answer.text
    assert ling.post(of(contract, "remedy"), notice()).status_code == 303
    assert offered() == running | {"remedied"}
    dispute = {"forum": "arbitration", "about": "other", "said": "面积有争议"}
    assert ling.post(of(contract, "dispute"), dispute).status_code == 303
    assert offered() == {"payment", "outcome"}
    outcome = {"outcome": "stands", "document": "settlement", **day, "paper": picture()}
    assert ling.post(of(contract, "outcome"), outcome).status_code == 303
    pass_days(superuser, 31)
    assert "可以按严重违约解除" in ling.get(of(contract, "life/terminate")).text
    breach |= ended_today()
    assert ling.post(of(contract, "termination"), {**breach, "paper": picture()}).status_code == 303
    assert offered() == {"payment", "dispute", "return"}


def test_a_sum_that_was_awarded_stands_on_the_contract_s_page_with_its_day(
    ling: Browser, superuser: Connection
) -> None:
    contract = early(superuser, signed(drawn()))
    day = today().isoformat()
    assert (
        ling.post(of(contract, "dispute"), {"forum": "court", "about": "rent", "said": "拖欠价款"}).status_code == 303
    )
    awarded = {
        "outcome": "owed",
        "document": "settlement",
        "on_day": day,
        "pays": "taker",
        "yuan": "300",
        "due_on": day,
        "beside": "1",
        "paper": picture(),
    }
    assert 'name="covers"' in ling.get(of(contract, "life/outcome")).text
    assert ling.post(of(contract, "outcome"), awarded).status_code == 303
    assert f"限 {day} 之前" in ling.get(of(contract)).text


def test_bad_input_on_any_step_is_refused_in_words(ling: Browser) -> None:
    contract = signed(drawn())
    day = today().isoformat()
    for address, said in (
        ("payments", {"paid_on": "2026-13-01", "receipt": "a\x00b", "amount": "1E99"}), ("payments", {}),
        ("remedy", notice("noise")), ("remedy", {**notice(), "said": ""}), ("remedy", {**notice(), "told_on": ""}),
        ("remedied", {}), ("end", {"how": "term_over", "on_day": day}),
        ("termination", {"ground": "", "on_day": "9999-12-31", "since": "0001-01-01"}),
        ("dispute", {"forum": "street", "said": "x"}),
        ("outcome", {"outcome": "owed", "on_day": day, "yuan": "NaN"}),
        ("outcome", {"outcome": "stands", "on_day": day, "covers": "9" * 4301}), ("renewal-word", {"answer": "maybe"}),
        ("dividend", {"year": "10000", "yuan": "1", "resolved_on": day, "due_on": day}),
        ("give-back", {"fixtures": "gold", "on_day": day}),
        ("give-back", {"fixtures": "none", "on_day": day}), ("remedy", {"what": "other", "said": "先落户再谈退地\x00"}),
    ):  # fmt: skip
        ling.get(of(contract))
        answer = ling.post(of(contract, address), {**said, "paper": picture()})
        assert 400 <= answer.status_code < 500, (address, said, answer.status_code)
    assert {event.kind for event in seen(contract).events} == {"signed_contractor", "signed_taker", "signed"}


@pytest.mark.usefixtures("village")
def test_the_chain_of_a_re_transfer_is_shown_from_the_first_contractor_to_who_farms(ling: Browser) -> None:
    """TR-10: with the contractor's written consent, from the form."""
    contract = signed(drawn())
    code = seen(contract).parcels[0].parcel_code
    said = {
        **VALUES, "unit": "yuan_mu_year", "parcel": code, "from_on": "2023-01-01", "last_day": "2027-06-30", "price": "650",
        "paid_every": "year", "paid": "before", "taker": f"{HOUSEHOLD[:-1]}2", "escalator": "0",
    }  # fmt: skip
    form = ling.get(of(contract, "next/retransfer")).text
    assert not re.search(r'name="(taker_home|paid_to)"[^>]*value="[^"]', form), "whose they are is another"
    typed = ling.post(of(contract, "next/retransfer"), {**said, "contractor_consent": "随便写"})
    assert (typed.status_code, rule_of(typed)) == (422, {"TR-7", "TR-10"})
    ling.get(of(contract, "next/retransfer"))
    answer = ling.post(of(contract, "next/retransfer"), {**said, "consent": picture()})
    assert answer.status_code == 303, rule_of(answer)
    page = ling.get(answer.headers["Location"]).text
    assert "承包方书面同意再流转" in page
    assert "合同的来龙去脉" in page
    assert "本合同" in page
    assert re.search(r"样本种植专业合作社 → 户\*2 <", page)
    assert contract.number in page
    assert "再流转" in ling.get(of(contract)).text


def test_the_phone_says_where_to_sign_and_takes_an_answer_only_where_the_county_has_a_service(
    browser: Browser, village: Actor, superuser: Connection
) -> None:
    contract = drawn()
    bound(village, HOUSEHOLD, "lin.nong")
    browser.log_in("lin.nong")
    page = browser.get(f"/my{of(contract)}").text
    assert "到乡镇或者市场窗口当面签" in page
    assert "本县区没有开通手机签名" in page
    assert 'name="answer"' not in page
    superuser.execute(
        """INSERT INTO law.county_parameter (county, id, village, name, key, value, since, decided_in, set_by, set_at)
           VALUES ('610902', %s, '610902', 'CON-4.service_key', '', 'sample.sign+1+AA', '2022-01-01', '样本', %s, now())""",
        (uuid4(), uuid4()),
    )
    page = browser.get(f"/my{of(contract)}").text
    assert "签名服务 sample.sign" in page
    assert 'name="answer"' in page
    assert contract.text_sha256 in page
    assert "/contract.pdf" in page
