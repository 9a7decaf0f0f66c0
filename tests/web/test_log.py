"""The log on the web: what a stranger may read and prove, in the layout that other programs know; the desk's acts."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.log import verify
from landreg.log.leaf import Entry
from landreg.log.store import seal, stage_all
from tests.log_kit import tile_path

VILLAGE = "610902001001"


def staged(actor: Actor, first: int, count: int) -> None:
    with unit_of_work(actor) as uow:
        stage_all(
            uow,
            [
                Entry(
                    "act",
                    "610902",
                    VILLAGE,
                    f"610902-2026-{number:06d}",
                    {"kind": "first_registration", "code": f"{number:018d}J", "area_m2": Decimal("1500.00")},
                    {"holder": "张三"},
                )
                for number in range(first, first + count)
            ],
        )


@pytest.fixture
def log(database: Settings, registrar: Actor, worker: Actor) -> Settings:
    """A log of 300 acts, sealed in two pieces, and one act that waits."""
    for first, count in ((0, 40), (40, 260)):
        staged(registrar, first, count)
        seal(worker, database)
    staged(registrar, 300, 1)
    return database


def test_the_page_tells_a_stranger_the_logs_size_health_and_checkpoint(log: Settings, client: Any) -> None:
    page = client.get("/log").get_data(as_text=True)
    assert "300" in page
    assert "1 条等待封存" in page
    assert "landreg.ankang/log" in page
    assert re.search(r'<pre class="[^"]*text-prewrap[^"]*">landreg.ankang/log\n300\n', page), "copied line by line"
    assert "610902-2026-000299" in page


def test_the_page_of_a_log_without_entries_says_so(database: Settings, client: Any) -> None:
    response = client.get("/log")
    assert (response.status_code, "日志还没有条目" in response.get_data(as_text=True)) == (200, True)


def test_an_act_is_found_by_its_number_with_its_proof_and_without_any_name(log: Settings, client: Any) -> None:
    page = client.get("/log?key=610902-2026-000007").get_data(as_text=True)
    assert "下载证明" in page
    assert "登记行为" in page
    assert "张三" not in page
    waiting = client.get("/log?key=610902-2026-000300").get_data(as_text=True)
    assert "等待封存" in waiting
    assert "日志中没有这个编号" in client.get("/log?key=nowhere").get_data(as_text=True)


def test_the_entries_are_paged_back_to_the_first(log: Settings, client: Any) -> None:
    seen: list[str] = []
    address = "/log"
    while address:
        page = client.get(address).get_data(as_text=True)
        seen += re.findall(r'<td class="log-key"[^>]*><a href="/log\?key=([\d-]+)"', page)
        following = re.search(r'<a rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert seen == [f"610902-2026-{number:06d}" for number in range(299, -1, -1)]


def test_the_newest_entry_has_the_number_of_the_logs_size(log: Settings, client: Any) -> None:
    page = client.get("/log").get_data(as_text=True)
    assert "日志共 300 条" in page
    assert re.findall(r'data-label="第几条">(\d+)<', page)[0] == "300"
    found = client.get("/log?key=610902-2026-000299").get_data(as_text=True)
    assert "第 300 条" in found
    assert "序号 299，自 0 起" in found


def test_an_entry_without_a_number_is_told_by_the_head_of_its_key(
    database: Settings, worker: Actor, registrar: Actor, client: Any
) -> None:
    account, consent = "3b10e75c-0000-4000-8000-000000000001", "77aa00ff-0000-4000-8000-000000000002"
    keys = (
        ("account.opened", f"{account}:2026-11-27T12:47:29.791513+00:00"),
        ("consent.given", consent),
        ("personal.erased", f"consent.given {consent} 2026-11-27T12:47:29+00:00"),
    )
    with unit_of_work(registrar) as uow:
        stage_all(uow, [Entry(kind, "610902", VILLAGE, key, {}) for kind, key in keys])
    seal(worker, database)
    page = client.get("/log").get_data(as_text=True)
    assert re.findall(r'<td class="log-key"[^>]*><a [^>]*>([^<]*)<', page) == [
        "农户同意代办 记录 77aa00ff",
        "记录 77aa00ff",
        "记录 3b10e75c",
    ]
    assert "农户同意代办" in page
    assert consent in client.get(f"/log?key={consent}").get_data(as_text=True)


def test_a_stranger_proves_an_act_with_what_the_site_offers_for_download(
    log: Settings, client: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_bytes(client.get("/log/key").data)
    (tmp_path / "proof").write_bytes(client.get("/log/proofs/610902-2026-000123").data)
    assert verify.main([str(tmp_path / "proof"), "--key", str(tmp_path / "key")]) == 0
    assert "610902-2026-000123" in capsys.readouterr().out
    assert client.get("/log/verify.py").data == Path(verify.__file__).read_bytes()


def test_a_stranger_proves_that_the_log_only_grew(log: Settings, client: Any, tmp_path: Path) -> None:
    for name, address in (
        ("key", "/log/key"),
        ("old", "/log/checkpoint?size=40"),
        ("new", "/log/checkpoint"),
        ("proof", "/log/growth/40/300"),
    ):
        (tmp_path / name).write_bytes(client.get(address).data)
    growth = [f"--{name}={tmp_path / name}" for name in ("old", "new", "proof", "key")]
    assert verify.main(growth) == 0
    for position, width in ((0, 256), (1, 44)):
        file = tmp_path / "tiles" / tile_path(0, position, width)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(client.get(f"/log/{tile_path(0, position, width)}").data)
    assert verify.main([*growth[:2], f"--proof={tmp_path / 'tiles'}", growth[3]]) == 0


def test_tiles_and_bundles_lie_where_tlog_tiles_puts_them_and_never_change(log: Settings, client: Any) -> None:
    full, partial = client.get("/log/tile/0/000"), client.get("/log/tile/0/001.p/44")
    assert (len(full.data), len(partial.data)) == (256 * 32, 44 * 32)
    assert client.get("/log/tile/1/000.p/1").data == _root(full.data)
    assert "immutable" in full.headers["Cache-Control"]
    bundle = client.get("/log/tile/entries/001.p/44").data
    length = int.from_bytes(bundle[:2], "big")
    assert verify.leaf_hash(bundle[2 : 2 + length]) == partial.data[:32]
    assert "张三".encode() not in client.get("/log/tile/entries/000").data


def _root(hashes: bytes) -> bytes:
    nodes = [hashes[i : i + 32] for i in range(0, len(hashes), 32)]
    while len(nodes) > 1:
        nodes = [verify.node_hash(nodes[i], nodes[i + 1]) for i in range(0, len(nodes), 2)]
    return nodes[0]


@pytest.mark.parametrize(
    "address",
    [
        "/log/tile/0/002",
        "/log/tile/0/001",
        "/log/tile/0/001.p/45",
        "/log/tile/0/001.p/0",
        "/log/tile/0/1",
        "/log/tile/0/x001/x002/003",
        "/log/tile/99999999999999999999/000",
        "/log/tile/entries/001",
        "/log/tile/entries/x",
        "/log/checkpoint?size=7",
        "/log/proofs/",
        "/log/proofs/nowhere",
        "/log/growth/41/40",
        "/log/growth/x/1",
        "/log/growth/40/301",
        "/log/growth/0/40",
        "/log/growth/40/99999999999999999999999",
    ],
)
def test_what_the_log_does_not_have_is_not_found(log: Settings, client: Any, address: str) -> None:
    response = client.get(address, headers={"Accept": "application/json"})
    assert response.status_code == 404
    assert json.loads(response.data)["status"] == 404


def test_the_proof_of_an_act_that_waits_is_asked_for_too_early(log: Settings, client: Any) -> None:
    response = client.get("/log/proofs/610902-2026-000300", headers={"Accept": "application/json"})
    assert response.status_code == 409
    assert json.loads(response.data)["findings"][0]["code"] == "LOG-8"


def test_who_kept_a_checkpoint_is_led_to_the_proof_that_the_log_only_grew(
    log: Settings, worker: Actor, client: Any, tmp_path: Path
) -> None:
    (tmp_path / "old.txt").write_bytes(client.get("/log/checkpoint").data)
    assert (tmp_path / "old.txt").read_text("utf-8").splitlines()[1] == "300"
    seal(worker, log)
    page = client.get("/log?kept=300").get_data(as_text=True)
    for name, label in (("growth.json", "增长证明"), ("new.txt", "条的检查点")):
        (address,) = re.findall(rf'href="([^"]+)" download="{re.escape(name)}">[^<]*{label}', page)
        (tmp_path / name).write_bytes(client.get(address.replace("&amp;", "&")).data)
    given = re.findall(r"verify\.py ([^<]+)</pre>", page)[0].split()
    (tmp_path / "landreg-log-key.txt").write_bytes(client.get("/log/key").data)
    assert verify.main([one if one.startswith("--") else str(tmp_path / one) for one in given]) == 0
    for wrong in ("302", "0", "x"):
        said = client.get(f"/log?kept={wrong}").get_data(as_text=True)
        assert "从 1 到这个数" in said
        assert "growth.json" not in said
