"""A sample can be drawn again by anyone from its seed and its list."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landreg.audit.sampling import METHODS, Item, allocate, digest_of, draw, lines_of, read_line

SEED = "5e" * 32
ITEMS = [Item(f"K{n:03d}", f"V{n % 3}", n % 4) for n in range(60)]


def test_the_same_seed_and_list_give_the_same_sample_in_whatever_order_the_list_comes() -> None:
    for method in METHODS:
        assert draw(SEED, ITEMS, 12, method) == draw(SEED, ITEMS[::-1], 12, method), method


def test_another_seed_gives_another_sample() -> None:
    assert draw(SEED, ITEMS, 12, "random") != draw("a7" * 32, ITEMS, 12, "random")


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs coreutils")
def test_a_random_sample_is_redrawn_with_the_system_s_own_tools(tmp_path: Path) -> None:
    script = r"""while IFS=$'\t' read -r weight stratum key; do
        lot=$(printf '%s\n%s' "$1" "$key" | sha256sum | cut -c1-64)
        printf '%s %s\n' "$lot" "$key"
    done < "$2" | sort | head -12 | cut -d' ' -f2"""
    listed = tmp_path / "list"
    listed.write_text("".join(f"{line}\n" for line in lines_of(ITEMS)))
    said = subprocess.run(
        ["bash", "-c", script, "redraw", SEED, str(listed)], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == draw(SEED, ITEMS, 12, "random")
    assert hashlib.sha256(listed.read_bytes()).hexdigest() == digest_of(lines_of(ITEMS))


def test_every_stratum_is_drawn_from_by_its_share() -> None:
    items = [Item(f"A{n}", "large") for n in range(90)] + [Item(f"B{n}", "small") for n in range(3)]
    drawn = draw(SEED, items, 10, "by_village")
    assert len(drawn) == 10
    assert sum(key.startswith("B") for key in drawn) == 1


def test_items_with_the_most_red_flags_are_drawn_first() -> None:
    drawn = draw(SEED, [*ITEMS, Item("WORST", "", 9)], 16, "by_risk")
    assert drawn[0] == "WORST"
    weights = {item.key: item.weight for item in ITEMS}
    assert {weights[key] for key in drawn[1:]} == {3}


def test_a_line_of_the_list_reads_back() -> None:
    assert [read_line(line) for line in lines_of(ITEMS)] == ITEMS


@given(st.dictionaries(st.text("abc", min_size=1), st.integers(1, 40), min_size=1, max_size=8), st.integers(1, 400))
def test_the_shares_add_up_and_none_is_larger_than_its_stratum(sizes: dict[str, int], size: int) -> None:
    shares = allocate(sizes, size)
    assert sum(shares.values()) == min(size, sum(sizes.values()))
    assert all(0 <= shares[name] <= count for name, count in sizes.items())
