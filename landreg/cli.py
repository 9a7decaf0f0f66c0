"""The `landreg` command. Parses and calls; exit code 0 done, 1 refused (findings printed), 2 wrong use."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import click
import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from landreg import migrate
from landreg.access.service import SYSTEM, NewAccount
from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import PREFECTURE, WORKER, Desk, Role
from landreg.core.errors import Finding, LandregError
from landreg.core.periods import beijing_day
from landreg.law.book import all_articles, all_rules, national_law
from landreg.law.queries import load_law

console = Console(stderr=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """农村土地权利登记簿 · Rural land rights register."""


@contextmanager
def answering(json_file: str | None = None) -> Iterator[Settings]:
    """Settings with the desks' databases configured; an answer of the register becomes findings and exit code 1.

    json_file: where findings are asked for as JSON, an answer is written there too.
    """
    try:
        settings = Settings.from_environment()
        db.configure(settings.urls)
        yield settings
    except LandregError as error:
        _answer(error.findings, json_file)
    except (DBAPIError, psycopg.Error) as error:
        if db.is_gone(error):
            _answer((Finding("SYS-1", values={"desk": "-"}),), json_file)
        # Python's own traceback would print the database's detail, which may be a row with names.
        console.print(db.told(error), highlight=False, markup=False)
        sys.exit(1)


def _answer(findings: tuple[Finding, ...], json_file: str | None) -> NoReturn:
    if json_file:
        from landreg.land.survey import finding_json

        law = national_law("", beijing_day(datetime.now(UTC)))
        _write_json([finding_json(finding, law) for finding in findings], json_file)
    _print_findings(findings)
    sys.exit(1)


def _print_findings(findings: tuple[Finding, ...]) -> None:
    law = national_law("", beijing_day(datetime.now(UTC)))
    for finding in findings:
        console.print(f"[bold]{finding.code}[/] {finding.subject or ''} {law.say(finding)}", highlight=False)
        console.print(f"    {law.say(finding, 'en')}", style="dim", highlight=False)


@contextmanager
def bars() -> Iterator[Callable[[str, int, int], None]]:
    """One bar that names the stage it is in; call it with the stage's name, how much is done, and of how much."""
    columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("")

        def show(stage: str, done: int, total: int) -> None:
            progress.update(task, description=stage, completed=done, total=max(total, done, 1))

        yield show


@main.group("db")
def database() -> None:
    """数据库 · The database."""


@database.command("init")
def db_init() -> None:
    """Make logins, database, extensions (superuser)."""
    with answering() as settings:
        migrate.init(settings)


@database.command("upgrade")
def db_upgrade() -> None:
    """Run the migrations that are missing (owner)."""
    with answering() as settings:
        for revision in migrate.upgrade(settings):
            console.print(f"{revision} done")


@database.command("check")
def db_check() -> None:
    """Hold the database's own wall against the catalog."""
    with answering() as settings:
        findings = migrate.check(settings)
    _print_findings(findings)
    sys.exit(1 if findings else 0)


@main.group("keys", invoke_without_command=True)
@click.pass_context
def make_keys(context: click.Context) -> None:
    """Make the keys that are missing: session, identity, log, and a demo certificate key that says so."""
    from landreg import keys

    if context.invoked_subcommand is not None:
        return
    with answering() as settings:
        for name in keys.make_missing(settings):
            console.print(f"key made: {settings.keys[name]}")


@make_keys.command("rotate")
def keys_rotate() -> None:
    """Put a new identity key in front and seal everything with it (owner); again to go on after an interrupt."""
    from landreg import keys

    with answering() as settings, bars() as show:
        added = keys.add_identity_key(settings)
        turned = keys.turn_identity_key(settings, show)
    console.print(
        "新密钥已启用 · a new key is in use" if added else "继续使用已有的新密钥 · going on with the key in front"
    )
    console.print(f"{turned} rows turned; 旧密钥仍可用 · the old key still opens: landreg keys retire")


@make_keys.command("check")
def keys_check() -> None:
    """Open what is sealed of every person and hold it against the log's leaves (owner); exit code 1 names whose differs."""
    from landreg.access.compared import sealed_differ

    with answering():
        findings = tuple(sealed_differ())
    _print_findings(findings)
    sys.exit(1 if findings else 0)


@make_keys.command("retire")
def keys_retire() -> None:
    """Take the old identity key out of use once nothing bears it (owner)."""
    from landreg import keys

    with answering() as settings:
        kept = keys.retire_identity_key(settings)
    console.print(
        "没有旧密钥 · there is no old key" if kept is None else f"旧密钥已停用，备份用 · kept for backups: {kept}"
    )


def _can_be_written(_context: click.Context, _option: click.Parameter, file: str | None) -> str | None:
    """Found before the work, not after it."""
    if file and file != "-" and (Path(file).is_dir() or not Path(file).resolve().parent.is_dir()):
        raise click.BadParameter(f"不能写入 cannot be written: {file}")
    return file


@main.command("check")
@click.argument("package", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "json_file", callback=_can_be_written, help="findings as JSON to FILE, - for standard output")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="judge by the law of this day")
def check_package(package: Path, json_file: str | None, on: datetime | None) -> None:
    """Check a survey package without a database. Exit code 1 when anything refuses."""
    from landreg.land.survey import check

    with answering(json_file), bars() as show:
        report = check(package, on.date() if on else None, progress=show)
    _report(report, json_file)


@main.group("import")
def imports() -> None:
    """导入 · Import."""


@imports.command("divisions")
def import_divisions() -> None:
    """Load the divisions and county outlines of the prefecture."""
    from landreg.land import service

    with answering():
        console.print(f"{service.import_divisions(SYSTEM)} divisions")


@imports.command("village")
@click.argument("code")
@click.argument("name")
def import_village(code: str, name: str) -> None:
    """Add a village that is younger than the divisions: its code of 12 digits and its name."""
    from landreg.land.divisions import add_village

    with answering():
        add_village(SYSTEM, code, name)
    console.print(f"{code} {name}", markup=False, highlight=False)


@imports.command("package")
@click.argument("package", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "json_file", callback=_can_be_written, help="findings as JSON to FILE, - for standard output")
def import_package(package: Path, json_file: str | None) -> None:
    """Check a survey package and stage it, whole or not at all."""
    from landreg.core.files import Store
    from landreg.land import service

    with answering(json_file) as settings, bars() as show:
        received = service.receive(SYSTEM, package, progress=show, store=Store(settings.store))
    if received.already:
        console.print(f"同一成果包已收到 · the same package was received before: {received.package_id}")
    elif received.report.refused:
        console.print("未入暂存库，须改正后重新送交 · not staged: to be corrected and sent again")
    else:
        console.print(f"已整包入暂存库 · staged, whole: {received.package_id}")
    if received.package_id is not None:
        console.print(
            f"报告 · report: {settings.base_url}/packages/{received.package_id}", soft_wrap=True, highlight=False
        )
    _report(received.report, json_file)


def _report(report: Any, json_file: str | None) -> None:
    rows = report.as_json()
    if json_file:
        _write_json(rows, json_file)
    _summary(report, rows)
    sys.exit(1 if report.refused else 0)


def _write_json(rows: list[dict[str, Any]], json_file: str) -> None:
    text = json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False)
    if json_file == "-":
        print(text)
        return
    try:
        Path(json_file).write_text(text, "utf-8")
    except OSError as error:
        raise click.FileError(json_file, error.strerror or str(error)) from error


def _summary(report: Any, rows: list[dict[str, Any]]) -> None:
    counts = "，".join(f"{name} {count}" for name, count in report.counts.items())
    if report.county and counts:
        console.print(f"{report.county}  {counts}", highlight=False)
    else:
        console.print("没有读入数据，原因见下 · nothing was read, for the reason below", highlight=False)
    table = Table("code", "level", "n", "例 example", box=None, pad_edge=False)
    by_code: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        by_code.setdefault((row["level"], row["code"]), []).append(row)
    for (level, code), found in sorted(by_code.items()):
        first = found[0]
        table.add_row(code, level, str(len(found)), f"{first['subject'] or ''} {first['zh']}")
    if rows:
        console.print(table)
    refusing = sum(row["level"] == "refuse" for row in rows)
    console.print(
        f"须改正 {refusing}，提示 {len(rows) - refusing} · to correct {refusing}, notes {len(rows) - refusing}"
    )


@main.group("export")
def exports() -> None:
    """导出 · Export."""


@exports.command("evidence")
@click.argument("case")
@click.option("--out", callback=_can_be_written, help="the ZIP's path; without it, evidence-CASE.zip here")
def export_evidence(case: str, out: str | None) -> None:
    """The evidence of a case as a ZIP that is verified offline; that it was taken goes into the log."""
    from landreg.audit.evidence import bundle

    with answering() as settings:
        made = bundle(WORKER, settings, case)
        with made.content, Path(out or made.name).open("wb") as file:
            shutil.copyfileobj(made.content, file)
    console.print(
        f"{out or made.name}: {made.files} files, {made.proofs} proofs, {made.missing} left out", highlight=False
    )


@main.group("account")
def accounts() -> None:
    """帐号 · Accounts."""


@accounts.command("open")
@click.argument("login")
@click.option("--name", required=True, help="the person's name")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(sorted(role.value for role in Role)))
@click.option("--within", default=PREFECTURE, show_default=True, help="code of the division that they work for")
def account_open(login: str, name: str, roles: tuple[str, ...], within: str) -> None:
    """Open an account at the register's own machine, as for its first administrator; its temporary password is said once."""
    from landreg.access import service

    with answering():
        password = service.temporary_password()
        service.open_account(SYSTEM, NewAccount(login, name, frozenset(map(Role, roles)), within), password)
    console.print("临时密码，登录后须自行更换 · temporary password, to be changed at the first log-in:")
    print(password)


@main.group("law")
def law_group() -> None:
    """法规 · The law as data."""


@law_group.command("show")
@click.option("--county", default="610902", show_default=True)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]))
def law_show(county: str, on: datetime | None) -> None:
    """Rules and figures of a county on a day."""
    day: date = on.date() if on else beijing_day(datetime.now(UTC))
    with answering() as settings:
        if settings.urls:
            with db.unit_of_work(SYSTEM) as uow:
                law = load_law(uow.session, county, day)
        else:
            law = national_law(county, day)
    out = Console()
    for code, rule in law.rules.items():
        out.print(
            f"[bold]{code:<8}[/] {rule.effect:<6} {rule.in_general()}  {' '.join(rule.articles) or rule.basis}",
            highlight=False,
        )
    for name, parameter in law.parameters.items():
        mark = "" if parameter.verified else " (unverified)"
        out.print(f"[bold]{name}[/] {dict(parameter.values)} {parameter.since}{mark} {parameter.zh}", highlight=False)


@law_group.command("lint")
def law_lint() -> None:
    """Whether each refusing rule stands on a verified article or a named basis."""
    weak = [
        code
        for code, rule in all_rules().items()
        if any(article not in all_articles() for article in rule.articles)
        or (rule.effect == "refuse" and not rule.basis and not any(all_articles()[a].verified for a in rule.articles))
    ]
    for code in weak:
        console.print(f"{code}: no verified article and no basis")
    sys.exit(1 if weak else 0)


@law_group.command("guard")
@click.argument("texts", type=click.File("rb"))
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="judge by the words of this day")
def law_guard(texts: BinaryIO, on: datetime | None) -> None:
    """Whether sentences, one a line (- reads standard input), tie land to settling; exit code 1 when any does."""
    from landreg.law.guard import find

    day = on.date() if on else beijing_day(datetime.now(UTC))
    out, refused = sys.stdout.buffer, False
    for sentence in texts:
        tie = find(sentence.decode("utf-8", "replace"), day)
        refused |= tie is not None
        said = f"refuse\tGUARD-1 {' '.join(word.text for word in tie.words)}\n" if tie else "pass\t\n"
        out.write(said.encode())
        out.flush()
    sys.exit(1 if refused else 0)


@main.group("log")
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
    interrupted (`recheck-whole.json`), and opens what is sealed of persons where the owner's URL and the identity key are there.
    """
    from landreg.access.compared import sealed_differ
    from landreg.audit.logged import register
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
        findings = (*done.findings, *(sealed_differ() if opens else ()))
    if begun and begun.parts:
        console.print(
            f"续查：其中 {len(begun.parts)} 段上次已核对 · went on: {len(begun.parts)} parts read before",
            highlight=False,
        )
    _print_findings(done.erased)
    _print_findings(findings)
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
    _print_findings(findings)
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
@click.argument("act_number")
@click.option("--out", type=click.Path(path_type=Path), help="write the proof here instead of standard output")
def log_prove(act_number: str, out: Path | None) -> None:
    """The inclusion proof of an act."""
    from landreg.log.queries import prove

    with answering(), db.unit_of_work(WORKER) as uow:
        proof = prove(uow.session, act_number, "act").to_json()
    if out:
        out.write_bytes(proof)
    else:
        sys.stdout.buffer.write(proof + b"\n")


@main.command("worker")
@click.option("--once", is_flag=True, help="do what is due and end")
def worker(once: bool) -> None:
    """Seal the log, check waiting packages: a loop over what is due."""
    from landreg.worker import run

    with answering() as settings:
        run(settings, once=once)


@main.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve the desk."""
    from landreg.app import serve as serve_app

    with answering() as settings:
        serve_app(
            settings, bind=f"{host}:{port}", ready=lambda: console.print(f"http://{host}:{port}/", highlight=False)
        )


@main.command("demo")
@click.option("--where", is_flag=True, help="only say the addresses and accounts of the one that is there")
def demo(where: bool) -> None:
    """Do the main job on the sample, on a database of demonstration: from the package to certificates."""
    from landreg.demo import run, say_where

    with answering() as settings:
        (say_where if where else run)(settings, console)


if __name__ == "__main__":
    main()
