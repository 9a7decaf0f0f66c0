"""`landreg log`."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import click

from landreg.commands.told import answering, bars, console, opened_and_compared, print_findings
from landreg.core import db
from landreg.core.actor import WORKER, Desk


@click.group("log")
def log_group() -> None:
    """日志 · The Merkle log."""


@log_group.command("seal")
def log_seal() -> None:
    """Seal what is staged and sign a checkpoint."""
    from landreg.log.store import seal

    with answering() as settings:
        sealed = seal(WORKER, settings)
        console.print(f"sealed {sealed.count}, the log has {sealed.size} entries")


@log_group.command("recheck")
@click.option("--whole", is_flag=True, help="everything from the first entry on, as for an inspection")
@click.option("--anew", is_flag=True, help="with --whole: from the beginning, even where one was interrupted")
@click.option("--processes", default=2, show_default=True, help="how many read a large log")
def log_recheck(whole: bool, anew: bool, processes: int) -> None:
    """Hold the log and the register against each other; exit code 1 names what differs.

    Goes on from where the last recheck without a finding ended (`recheck.json` in the register's home) and reads a part of
    the old entries again; with --whole, and where there is none, it reads everything, and goes on with one that was
    interrupted (`recheck-whole.json`), reads every file of the store that a row names, and opens what is sealed of persons
    where the owner's URL and the identity key are there.
    """
    from landreg.audit.files import files_differ
    from landreg.audit.logged import register
    from landreg.core.files import Store
    from landreg.log.recheck import Begun, Reached, recheck_register

    with answering() as settings:
        file, unfinished = settings.home / "recheck.json", settings.home / "recheck-whole.json"
        since = None if whole else Reached.read(file)
        begun = None if anew else Begun.read(unfinished)
        with bars() as show:
            done = recheck_register(
                WORKER,
                settings,
                register(),
                since,
                show,
                begun=begun,
                keep=lambda now: now.write(unfinished),
                processes=processes,
            )
        unfinished.unlink(missing_ok=True)
        if not done.findings:
            done.reached.write(file)
        opens = whole and Desk.OWNER in settings.urls and settings.keys["identity"].exists()
        findings = done.findings
        if whole:
            with bars() as show:
                findings += tuple(files_differ(WORKER, Store(settings.store), partial(show, "files")))
        if opens:
            with bars() as show:
                findings += opened_and_compared(show)
    if begun and begun.parts:
        console.print(
            f"续查：其中 {len(begun.parts)} 段上次已核对 · went on: {len(begun.parts)} parts read before",
            highlight=False,
        )
    print_findings(done.erased)
    print_findings(findings)
    console.print(f"{done.size}：读 read {done.entries} 条 entries", highlight=False)
    if whole and not opens:
        console.print(
            "未打开封存的身份信息 · what is sealed of persons was not opened: landreg keys check", highlight=False
        )
    console.print("日志与登记簿一致 · log and register agree" if not findings else f"{len(findings)} 处不符 · differ")
    sys.exit(1 if findings else 0)


@log_group.command("erase")
@click.argument("key")
@click.option("--kind", default="act", show_default=True, help="kind of the entry")
@click.option("--fact", "facts", multiple=True, help="name of a personal fact; without it, all of the entry")
@click.option("--basis", required=True, help="number of the decision")
def log_erase(key: str, kind: str, facts: tuple[str, ...], basis: str) -> None:
    """Destroy the salts of an entry's personal facts; its leaf and all proofs stay."""
    from landreg.log.erasure import erase

    with answering():
        for name in erase(WORKER, kind, key, facts, basis):
            console.print(f"已删除 erased: {name}", highlight=False)


@log_group.command("cosign")
def log_cosign() -> None:
    """Ask the witnesses (file `witnesses` in the register's home) to cosign the last checkpoint."""
    from landreg.log.witnessing import cosign

    with answering() as settings:
        signed, findings = cosign(WORKER, settings)
    for line in signed:
        console.print(f"{line.size}: {line.line}", highlight=False, soft_wrap=True)
    print_findings(findings)
    sys.exit(1 if findings else 0)


@log_group.command("witness")
@click.option("--name", required=True, help="the witness's name, for example witness.example/ankang")
@click.option("--key", "key_file", required=True, type=click.Path(exists=True, path_type=Path), help="its own key file")
@click.option("--log-key", required=True, type=click.Path(exists=True, path_type=Path), help="the log's public key")
@click.option("--state", required=True, type=click.Path(path_type=Path), help="folder for what it signed last")
@click.option("--folder", type=click.Path(exists=True, path_type=Path), help="answer what lies there, once, and end")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8100, show_default=True, help="0: any that is free")
@click.option("--show-key", is_flag=True, help="print its public key and end")
def log_witness(
    name: str, key_file: Path, log_key: Path, state: Path, folder: Path | None, host: str, port: int, show_key: bool
) -> None:
    """Be a witness of a log: cosign what continues it, refuse a fork. To be run by somebody else than the register."""
    from landreg.log import witness
    from landreg.log.cosignature import Witness
    from landreg.log.note import NoteFault

    try:
        signer = Witness.of_text(name, key_file.read_text("ascii"))
        desk = witness.Desk(signer, log_key.read_text("ascii").strip(), state)
    except (OSError, UnicodeDecodeError, NoteFault) as error:
        raise click.BadParameter(str(error)) from error
    if show_key:
        print(signer.key.text)
    elif folder:
        console.print(f"{witness.answer_folder(desk, folder)} cosigned")
    else:
        with suppress(KeyboardInterrupt):
            witness.serve(desk, host, port, lambda bound: print(f"http://{host}:{bound}/", flush=True))


@log_group.command("key")
def log_key() -> None:
    """The log's public key, as verifiers take it."""
    from landreg.log.store import verifier_of

    with answering() as settings:
        print(verifier_of(settings))


@log_group.command("prove")
@click.argument("key")
@click.option("--kind", default="act", show_default=True, help="the kind of entry, as audit.exported")
@click.option("--out", type=click.Path(path_type=Path), help="write the proof here instead of standard output")
def log_prove(key: str, kind: str, out: Path | None) -> None:
    """The inclusion proof of an act by its number, or of an entry of another kind by its key."""
    from landreg.log.queries import prove

    with answering(), db.unit_of_work(WORKER) as uow:
        proof = prove(uow.session, key, kind).to_json()
    if out:
        out.write_bytes(proof)
    else:
        sys.stdout.buffer.write(proof + b"\n")
