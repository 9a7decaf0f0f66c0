"""A folder as one file: what is kept of it, and what of it is not taken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from landreg.land.packing import delivered


def test_of_two_files_whose_names_read_alike_neither_is_put_over_the_other(tmp_path: Path) -> None:
    """One name in UTF-8, one in the bytes of GBK, as two systems wrote them."""
    folder = os.fsencode(tmp_path)
    for name in ("地块.txt".encode(), "地块.txt".encode("gbk")):
        (Path(os.fsdecode(os.path.join(folder, name)))).write_bytes(name)
    with pytest.raises(FileExistsError), delivered(tmp_path, "package"):
        pass
