"""`landreg check`, `landreg import`, `landreg export`: what comes into the register, and what leaves it."""

from __future__ import annotations

import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from landreg.access.service import SYSTEM
from landreg.commands.told import answering, bars, can_be_written, console, write_json
from landreg.core.actor import PREFECTURE, WORKER


@click.command("check")
@click.argument("package", type=click.Path(path_type=Path))
@click.option("--json", "json_file", callback=can_be_written, help="findings as JSON to FILE, - for standard output")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="judge by the law of this day")
def check_package(package: Path, json_file: str | None, on: datetime | None) -> None:
    """Check a survey package without a database. Exit code 1 when anything refuses."""
    from landreg.land.survey import check

    with answering(json_file), bars() as show:
        report = check(package, on.date() if on else None, progress=show)
    _report(report, json_file)


@click.group("import")
def imports() -> None:
    """导入 · Import."""


@imports.command("divisions")
def import_divisions() -> None:
    """Load the divisions and county outlines of the prefecture."""
    from landreg.land import divisions

    with answering():
        console.print(f"{divisions.import_divisions(SYSTEM)} divisions")


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
@click.argument("package", type=click.Path(path_type=Path))
@click.option(
    "--by", "login", help="login of the surveyor or registrar who delivers it, within whose jurisdiction it lies"
)
@click.option("--json", "json_file", callback=can_be_written, help="findings as JSON to FILE, - for standard output")
def import_package(package: Path, login: str | None, json_file: str | None) -> None:
    """Check a survey package and stage it, whole or not at all."""
    from landreg.access.service import deliverer
    from landreg.core.files import Store
    from landreg.land import service

    with answering(json_file) as settings, bars() as show:
        by = deliverer(login) if login else SYSTEM
        received = service.receive(by, package, progress=show, store=Store(settings.store))
    console.print(outcome(received))
    if received.package_id is not None:
        console.print(
            f"报告 · report: {settings.base_url}/packages/{received.report.county}/{received.package_id}",
            soft_wrap=True,
            highlight=False,
        )
    _report(received.report, json_file)


def outcome(received: Any) -> str:
    """What became of a package, in one line."""
    if received.already:
        return f"同一成果包已收到 · the same package was received before: {received.package_id}"
    if not received.report.refused:
        return f"已整包入暂存库 · staged, whole: {received.package_id}"
    if any(map(_to_correct, received.report.as_json())):
        return "未入暂存库，须改正后重新送交 · not staged: to be corrected and sent again"
    return (
        "未入暂存库：本机读写文件失败（如磁盘已满，原因见下），成果包不用改，排除后再送交 · "
        "not staged: this machine could not read or write files (its disk is full, or as said below); "
        "the package is not to be corrected: send it again once that is mended"
    )


def _report(report: Any, json_file: str | None) -> None:
    rows = report.as_json()
    if json_file:
        write_json(rows, json_file)
    _summary(report, rows)
    sys.exit(1 if report.refused else 0)


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
    # What is the matter with the files comes first: all the rest may follow from it.
    for (level, code), found in sorted(by_code.items(), key=lambda one: (not one[0][1].startswith("PKG-"), one[0])):
        first = found[0]
        table.add_row(code, level, str(len(found)), f"{first['subject'] or ''} {first['zh']}")
    if rows:
        console.print(table)
    refusing = sum(map(_to_correct, rows))
    noted = sum(row["level"] != "refuse" for row in rows)
    console.print(f"须改正 {refusing}，提示 {noted} · to correct {refusing}, notes {noted}")


def _to_correct(row: dict[str, Any]) -> bool:
    """Whether a finding refuses the package for what is in it, and not for the machine that reads it (PKG-16)."""
    return bool(row["level"] == "refuse" and row["code"] != "PKG-16")


@click.group("export")
def exports() -> None:
    """导出 · Export."""


@exports.command("evidence")
@click.argument("case")
@click.option("--out", callback=can_be_written, help="the ZIP's path; without it, evidence-CASE.zip here")
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


@exports.command("transfers")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--within", default=PREFECTURE, show_default=True, help="code of the division")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="first day of signing")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="last day of signing")
def export_transfers(folder: Path, within: str, since: datetime, until: datetime) -> None:
    """Contracts of transfer for the provincial platform, table LZHT of NY/T 2539; that it was taken goes into the log."""
    from landreg.exchange.interfaces import transfers

    with answering():
        done = transfers.export(WORKER, folder, within, since.date(), until.date())
    console.print(f"{done.contracts} 份合同 contracts · {' '.join(done.files)}", highlight=False)
    if done.without_code:
        console.print(
            f"{done.without_code} 份的受让方为个人，代码留空 · takers that are persons, code left empty",
            highlight=False,
        )
