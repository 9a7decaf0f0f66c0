"""The `landreg` program: the command, and what is said where it is interrupted, be it before the command is read."""

from __future__ import annotations

import errno
import sys
from contextlib import suppress

INTERRUPTED = "已中断，没有写入不完整的内容；重新运行即可继续。\nInterrupted; nothing half-done, run it again to go on."


def run() -> int:
    """The exit code: 0 done, 1 refused, 2 wrong use, 130 interrupted."""
    interrupted = []

    def interrupt(number: int, frame: object) -> None:
        interrupted.append(number)
        raise KeyboardInterrupt

    try:
        import signal

        # A command in the background, which does not hear Ctrl-C, goes on not hearing it.
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, interrupt)
        import click

        from landreg.cli import main
        from landreg.commands.told import not_written

        try:
            try:
                return int(main.main(prog_name="landreg", standalone_mode=False) or 0)
            finally:
                with suppress(BrokenPipeError):
                    sys.stdout.flush()
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            not_written(error.filename, error)
            return 1
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except click.Abort:
            raise KeyboardInterrupt from None
    except (KeyboardInterrupt, ImportError) as error:
        # A module that is interrupted while it loads may say so by an error of its own, as NumPy does.
        if not interrupted and not isinstance(error, KeyboardInterrupt):
            raise
        print(INTERRUPTED, file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(run())
