"""Made up for the sample county, once: compensation, the exchange's telephone, and two farmers who were asked for their land."""

from __future__ import annotations

from uuid import UUID

from landreg.audit import complaints
from landreg.audit.complaints import Said
from landreg.core.actor import PREFECTURE, Actor
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.law.queries import load_law
from landreg.registry.figures import Figure, set_figure

PAPER = "样本文件（没有法律效力）"
ARABLE = {"paddy": "520", "irrigated": "460", "dry": "310", "garden": "380", "forest": "60", "grassland": "90"}
PRICES = {"paddy": "2.9", "irrigated": "2.6", "dry": "2.4", "garden": "6", "forest": "8", "grassland": "1.2"}
LEASES = {"paddy": "480", "irrigated": "420", "dry": "260", "garden": "500", "forest": "60", "grassland": "40"}
FLOORS = {kind: str(int(price) * 3 // 4) for kind, price in LEASES.items()}
BUILT = {"frame": "1500", "brick_concrete": "1100", "brick_timber": "800", "earth_timber": "520"}
STANDS = {"frame": "50", "brick_concrete": "45", "brick_timber": "35", "earth_timber": "30"}
LIVES = {"irrigation": "15", "terracing": "20", "soil": "5", "greenhouse": "8", "planting": "12"}
SET: dict[str, dict[str, str]] = {
    "CMP-1.yield_kg_per_mu_year": ARABLE, "CMP-1.price_yuan_per_kg": PRICES, "CMP-1.net_share": {"": "0.4"},
    "CMP-1.lease_share": {"": "0.5"}, "CMP-1.discount_share": {"": "0.03"}, "CMP-1.renewal_years": {"": "30"},
    "CMP-1.floor_yuan_per_mu_year": FLOORS, "CMP-2.life_years": LIVES, "CMP-2.residual_share": {"": "0.1"},
    "CMP-3.cost_yuan_per_m2": BUILT, "CMP-3.life_years": STANDS, "CMP-3.residual_share": {"": "0.3"},
    "CMP-3.floor_yuan_per_m2": {kind: str(int(cost) // 4) for kind, cost in BUILT.items()},
    "CMP-4.price_yuan_per_m2": {"": "180"}, "CMP-4.floor_yuan_per_m2": {"": "120"},
    "CMP-5.fixture_yuan": {"wall_m": "80", "yard_m2": "60", "shed_m2": "260", "well": "3000", "tree": "90"},
    "CMP-6.crop_yuan_per_mu": {"grain": "900", "oilseed": "1100", "vegetables": "3200", "tea": "2600", "fruit": "2800"},
    "CMP-7.moving_yuan": {"household": "1000", "person": "500"}, "CMP-7.rent_yuan_per_person_month": {"": "150"},
    "CMP-7.rent_months": {"": "12"}, "CMP-8.lease_yuan_per_mu_year": LEASES,
    "MKT-5.office": {"phone": "0915-0000000（样本）", "deposit": "交易市场保证金专户，样本银行，账号 0000（样本）"},
}  # fmt: skip
HEARD = (
    Said(UUID(int=1), "", "village", "", "开会的时候说，不把地交回来，以后的项目就不给我们组。", None, ""),
    Said(UUID(int=2), "", "buyer", "样本公司", "来了三次，要我当天就签字，说签了才给钱。", None, "样本电话"),
)
ANSWER = "已经去村里问过。项目和交地没有关系，村里当众说清楚了。再有人这样说，请再告诉我们。"


def begin(registrar: Actor, auditor: Actor, county: str) -> int:
    """Set the figures from today on, and hand in the complaints, one of them answered; how many complaints, 0 where it is done."""
    with unit_of_work(registrar) as uow:
        today = beijing_day(uow.now)
        if load_law(uow.session, county, today).parameters["CMP-1.net_share"].own:
            return 0
    for said in HEARD:
        place = county if county.startswith(auditor.jurisdiction) else PREFECTURE
        receipt = complaints.hand_in(Said(**{**vars(said), "division": place}), county.encode())
        if not said.contact:
            complaints.go_on(auditor, receipt.number, "read")
            complaints.go_on(auditor, receipt.number, "answer", ANSWER)
    for name, values in SET.items():
        for key, value in values.items():
            set_figure(registrar, county, Figure(name, key, value, today, PAPER))
    return len(HEARD)
