"""Plain functions that make valid papers of synthetic persons; a test states only what matters to it."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import shapely

from landreg.registry.papers.certificate_data import (
    CertificateNumber,
    CertifiedParcel,
    Change,
    ContractCertificate,
    HomesteadCertificate,
    Member,
    OperationCertificate,
)
from landreg.registry.papers.drawing import Neighbour, ParcelMap
from landreg.registry.papers.printing import (
    ErrorLetter,
    HandedIn,
    Notice,
    NoticedHousehold,
    NoticedParcel,
    ObjectionAnswer,
    Receipt,
    Refusal,
    RefusalGround,
)

ZONE = "CGCS2000 三度带，中央经线 108°E（EPSG:4524）"
NAMES = (
    "林春生",
    "于巧云",
    "罗德明",
    "白大成",
    "方国平",
    "郝子轩",
    "郭思源",
    "钱志强",
    "龚天佑",
    "董立新",
    "汪小军",
    "高长根",
)
ORIGIN = (36_605_000.0, 3_620_000.0)
CHECK = "https://register.example/c/8Zk3vQpW7mT2xRb5"


def parcel_maps(count: int, seed: int = 1, spread_m: float = 26.0) -> list[ParcelMap]:
    """Parcels of a village with their neighbours: cells around random points, some sides broken into several."""
    rng = random.Random(seed)
    side = spread_m * (count * 3) ** 0.5
    points = [(rng.uniform(0, side), rng.uniform(0, side)) for _ in range(count * 3 + 12)]
    cells = list(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=shapely.box(0, 0, side, side)).geoms)
    cells = [shapely.intersection(cell, shapely.box(0, 0, side, side)) for cell in cells]
    cells = [shapely.segmentize(cell, rng.uniform(18, 45)) for cell in cells]
    tree = shapely.STRtree(cells)
    maps = []
    for cell in sorted(cells, key=lambda c: -c.centroid.distance(shapely.Point(0, 0)))[-count:]:
        near = [cells[i] for i in tree.query(cell.buffer(15)) if cells[i] is not cell]
        neighbours = tuple(Neighbour((ring(n),), rng.choice(NAMES)) for n in near)
        maps.append(ParcelMap((ring(cell),), ZONE, neighbours))
    return maps


def ring(polygon: Any) -> tuple[tuple[float, float], ...]:
    return tuple((round(x + ORIGIN[0], 3), round(y + ORIGIN[1], 3)) for x, y in polygon.exterior.coords)


def parcel(number: int, shown: ParcelMap | None, **changed: Any) -> CertifiedParcel:
    area = Decimal(repr(round(shapely.Polygon(shown.rings[0]).area, 2))) if shown else Decimal("333.33")
    names = [NAMES[(number * k) % len(NAMES)] for k in (1, 2, 3, 5)]
    given = CertifiedParcel(
        f"61090210420201{number:05d}",
        f"大湾{number}号地",
        *names,
        area_mu=(area * Decimal("0.0015")).quantize(Decimal("0.01")),
        area_m2=area,
        basic_farmland=number % 3 != 0,
        map=shown,
    )
    return replace(given, **changed)


def contract_certificate(parcels: int = 7, members: int = 4, seed: int = 1, **changed: Any) -> ContractCertificate:
    rows = tuple(parcel(n, shown) for n, shown in enumerate(parcel_maps(parcels, seed), start=1))
    relations = ("户主", "配偶", "长子", "长女", "父亲", "母亲", "儿媳", "孙子")
    given = ContractCertificate(
        number=CertificateNumber("陕", 2026, "汉滨区", f"{seed:06d}"),
        print_number=f"{6109020000000 + seed}",
        code="610902104202010001J",
        issuer="汉滨区五里镇周营村一组",
        issuer_representative="白大成",
        representative="林春生",
        representative_id="610*************18",
        mode="家庭承包",
        contract_code="610902104202010001J",
        term="2028年1月1日至2057年12月31日",
        members=tuple(Member(NAMES[i % len(NAMES)], relations[i % len(relations)]) for i in range(members)),
        parcels=rows,
        total_mu=sum((r.area_mu for r in rows), Decimal(0)),
        total_m2=sum((r.area_m2 for r in rows), Decimal(0)),
        authority="安康市汉滨区人民政府",
        issued_on=date(2026, 11, 24),
        check_url=CHECK,
        act_number="610902-2026-000001",
        filled_by="安康市汉滨区农业农村局",
        notes=("实测面积与原合同面积不一致，经公示无异议，按实测面积确权。",),
        changes=(Change(date(2026, 11, 24), "首次登记", "依承包合同首次登记，颁发本证。", "610902-2026-000001"),),
    )
    return replace(given, **changed)


def operation_certificate(parcels: int = 3, seed: int = 2, **changed: Any) -> OperationCertificate:
    rows = tuple(parcel(n, shown) for n, shown in enumerate(parcel_maps(parcels, seed), start=1))
    given = OperationCertificate(
        number=CertificateNumber("陕", 2026, "汉滨区", f"{seed:07d}"),
        print_number="D6109020000002",
        holder="样本荒山种植专业合作社",
        holder_code="93610902MA0000002X",
        co_ownership="单独所有",
        location="汉滨区五里镇周营村",
        code="HT6109022026000001Q",
        right_nature="其他方式承包",
        use="农业用途",
        issuer="汉滨区五里镇周营村一组",
        issuer_representative="白大成",
        contractors="",
        mode="拍卖",
        contract="HT6109022026000001",
        term="2026年12月1日起至2056年11月30日止",
        parcels=rows,
        total_mu=sum((r.area_mu for r in rows), Decimal(0)),
        total_m2=sum((r.area_m2 for r in rows), Decimal(0)),
        authority="安康市汉滨区自然资源局",
        issued_on=date(2026, 11, 24),
        check_url=CHECK,
        act_number="610902-2026-000778",
    )
    return replace(given, **changed)


def homestead_certificate(**changed: Any) -> HomesteadCertificate:
    lot = shapely.Polygon([(0, 0), (14.2, 0.6), (14.0, 8.8), (16.4, 8.9), (16.1, 17.3), (0.4, 16.6)])
    around = [
        shapely.Polygon([(-12, -2), (0, 0), (0.4, 16.6), (-11, 17)]),
        shapely.Polygon([(16.4, 8.9), (14.0, 8.8), (14.2, 0.6), (30, 0), (30, 18), (16.1, 17.3)]),
        shapely.Polygon([(-11, 17), (0.4, 16.6), (16.1, 17.3), (30, 18), (30, 21), (-11, 20)]),
    ]
    owners = ("罗德明", "方国平", "村道")
    shown = ParcelMap((ring(lot),), ZONE, tuple(Neighbour((ring(p),), n) for p, n in zip(around, owners, strict=True)))
    given = HomesteadCertificate(
        number=CertificateNumber("陕", 2026, "汉滨区", "0001024"),
        print_number="61000123456",
        holder="林春生",
        co_ownership="共同共有",
        location="安康市汉滨区五里镇周营村一组 18 号",
        unit_number="610902104202JC00018F00010001",
        right_kind="宅基地使用权",
        right_nature="批准拨用/自建房",
        use="农村宅基地",
        area_m2=Decimal("200.00"),
        term="—",
        authority="安康市汉滨区自然资源局",
        issued_on=date(2026, 11, 24),
        check_url=CHECK,
        act_number="610902-2026-000777",
        other_holders=(Member("于巧云", "配偶"), Member("林子涵", "长女")),
        other=("房屋结构：砖混；总层数：2 层；建成于 1999 年。",),
        confirmed_by="limit",
        excess_m2=Decimal("39.72"),
        map=shown,
    )
    return replace(given, **changed)


def notice(households: int = 12, parcels: int = 5, **changed: Any) -> Notice:
    def row(number: int) -> NoticedParcel:
        area = Decimal(260 + number * 37) / 1
        return NoticedParcel(
            f"61090210420201{number:05d}",
            f"大湾{number}号地",
            "东林春生 南集体 西董立新 北汪小军",
            area.quantize(Decimal("0.01")),
            (area * Decimal("0.0015")).quantize(Decimal("0.01")),
            "" if number % 7 else "界线已复核",
        )

    given = Notice(
        number="汉滨登公〔2026〕15号",
        title="农村土地承包经营权首次登记公告",
        right_kind="土地承包经营权",
        village="汉滨区五里镇周营村",
        authority="安康市汉滨区自然资源局",
        basis="《不动产登记暂行条例实施细则》",
        households=tuple(
            NoticedHousehold(
                NAMES[h % len(NAMES)][0] + "某某",
                f"61090210420201{h:04d}",
                2 + h % 5,
                tuple(row(h * parcels + p) for p in range(1, parcels + 1)),
            )
            for h in range(households)
        ),
        first_day=date(2026, 11, 24),
        last_day=date(2026, 12, 14),
        working_days=15,
        objection_place="汉滨区不动产登记中心二楼 5 号窗口（五里镇便民服务中心代收）",
        objection_phone="0915-0000000",
        objection_how="利害关系人对公告内容有异议的，可在公告期内提交书面异议和有关证据，也可到窗口口头提出，由工作人员记录后签名。",
        issued_on=date(2026, 11, 23),
        check_url="https://register.example/notices/610902-2026-15",
        checkpoint="landreg.ankang.example/log\n18231\nq5b0Yw3oS8o1b7o4nE1mFv0Jr2cX0vC8m8p0mI3Jt1E=",
    )
    return replace(given, **changed)


def receipt(**changed: Any) -> Receipt:
    given = Receipt(
        number="610902-2026-000031",
        applicant="林春生（户编码 610902104202010001）",
        agent="五里镇周营村代办员 白大成",
        right_kind="土地承包经营权",
        act_kind="首次登记",
        location="汉滨区五里镇周营村一组",
        subject_codes=tuple(f"61090210420201{n:05d}" for n in range(1, 8)),
        documents=(
            HandedIn("登记申请书", "原件", 1, "9f2c" * 16),
            HandedIn("农村土地承包合同", "原件", 1, "0a7b" * 16),
            HandedIn("户口簿、身份证明", "复印件", 2),
            HandedIn("地块调查表及界址签字", "原件", 1, "77de" * 16),
        ),
        accepted_on=date(2026, 11, 24),
        due_on=date(2027, 1, 6),
        officer="登记员 014",
        authority="安康市汉滨区自然资源局",
        window="不动产登记中心 5 号窗口",
        phone="0915-0000000",
        check_url=CHECK,
    )
    return replace(given, **changed)


def error_letter(**changed: Any) -> ErrorLetter:
    given = ErrorLetter(
        number="610902-2026-0000033-T1",
        addressee="林春生（权利人），汉滨区五里镇周营村一组",
        right_kind="土地承包经营权",
        subject="6109021042020100003",
        location="汉滨区五里镇周营村一组",
        case_number="610902-2026-0000033",
        rows=(("地类", "旱地", "水田"), ("东至", "", "机耕路")),
        others=(),
        why="外业核实",
        days=30,
        notice_days=15,
        basis="《民法典》第二百二十条",
        papers=("登记错误的证明", "登记申请书", "身份证明"),
        also="利害关系证明",
        officer="登记员 003",
        authority="安康市汉滨区自然资源局",
        issued_on=date(2026, 11, 24),
        phone="0915-0000000",
        check_url=CHECK,
    )
    return replace(given, **changed)


def objection_answer(**changed: Any) -> ObjectionAnswer:
    given = ObjectionAnswer(
        number="610902-2026-0000033-Y1",
        addressee="邻居甲",
        raised_on=date(2026, 11, 10),
        receipt="F87B9120",
        notice="610902-G2026-00023",
        case_number="610902-2026-0000033",
        right_kind="宅基地使用权",
        act_kind="首次登记",
        subject="610902104202JC00001",
        location="汉滨区五里镇周营村一组",
        objected="东边的墙在我家地上。",
        outcome="异议不成立",
        decision="经审查，异议不成立。该业务继续办理，公告期满后依法登记。",
        reasons="经实地查看，墙在界线以内。",
        articles=(
            ("《不动产登记暂行条例》第十八条", "不动产登记机构受理不动产登记申请的，应当按照下列要求进行查验：……"),
        ),
        remedies=("自收到本告知书之日起 60 日内，可以依法申请行政复议。",),
        officer="审核员 002",
        authority="安康市汉滨区自然资源局",
        issued_on=date(2026, 11, 24),
        phone="0915-0000000",
        check_url=CHECK,
    )
    return replace(given, **changed)


def refusal(**changed: Any) -> Refusal:
    given = Refusal(
        number="汉滨登不〔2026〕3号",
        title="不予登记告知书",
        decision="经审查，你户的申请不符合登记条件，决定不予登记。",
        applicant="林春生（户编码 610902104202010001）",
        right_kind="土地承包经营权",
        act_kind="转移登记",
        location="汉滨区五里镇周营村一组",
        case_number="610902-2026-000032",
        applied_on=date(2026, 11, 10),
        grounds=(
            RefusalGround(
                "TR-1",
                "流转期限不得超过承包期的剩余期限。申请的到期日为 2059-12-31，最晚可到 2057-12-31。",
                (
                    (
                        "农村土地承包法 第三十八条",
                        "土地经营权流转应当遵循以下原则：……（三）流转期限不得超过承包期的剩余期限；",
                    ),
                ),
                "将合同到期日改为 2057年12月31日 或更早，由双方重新签名。",
            ),
            RefusalGround(
                "TR-12",
                "地块 6109021042020100003 处于查封状态，查封期间不得转移。",
                (("不动产登记暂行条例 第二十二条", ""),),
                "待查封解除后再行申请。",
            ),
        ),
        remedies=(
            "如不服本决定，可自收到本告知书之日起六十日内向本级人民政府申请行政复议。",
            "也可自收到本告知书之日起六个月内依法向人民法院提起行政诉讼。",
            "补正后可随时重新申请；原交材料随本告知书退还。",
        ),
        officer="审核员 007",
        authority="安康市汉滨区自然资源局",
        issued_on=date(2026, 11, 24),
        phone="0915-0000000",
        check_url=CHECK,
    )
    return replace(given, **changed)
