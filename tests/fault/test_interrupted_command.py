"""Ctrl-C at any moment of a command, the loading of the program included, ends with a sentence and exit code 130."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from landreg.config import CHECKOUT
from tests.small import Small

# As the installed program begins; the modules that take longest to load come after the first line.
PROGRAM = "import sys; print('begun', flush=True); from landreg.__main__ import run; sys.exit(run())"


@pytest.mark.parametrize("after_s", [0.02, 0.5])
def test_an_interrupted_check_says_so_in_both_languages(tmp_path: Path, after_s: float) -> None:
    package = Small().write(tmp_path)
    line = [sys.executable, "-c", PROGRAM, "check", str(package)]
    with subprocess.Popen(line, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == "begun\n"
        time.sleep(after_s)
        command.send_signal(signal.SIGINT)
        told = command.communicate(timeout=60)[1]
    assert "Traceback" not in told
    if command.returncode != 0:  # it may have ended by itself before
        assert command.returncode == 130
        assert "已中断" in told
        assert "Interrupted" in told


SWALLOWED = """
import os, signal, sys, types
from landreg.__main__ import run
import landreg.cli
def main(**_):
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        raise ImportError("numpy._core.multiarray failed to import")
    raise ImportError("of its own")
landreg.cli.main = types.SimpleNamespace(main=main)
signal.signal(signal.SIGINT, signal.SIG_IGN if sys.argv[1:] else signal.default_int_handler)
sys.exit(run())
"""


def test_a_module_that_says_by_its_own_error_that_it_was_interrupted_is_understood() -> None:
    line = [sys.executable, "-c", SWALLOWED]
    told = subprocess.run(line, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (told.returncode, "已中断" in told.stderr, "Traceback" in told.stderr) == (130, True, False)
    deaf = subprocess.run([*line, "deaf"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (deaf.returncode, "of its own" in deaf.stderr) == (1, True)
