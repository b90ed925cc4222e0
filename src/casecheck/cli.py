"""The command line: parse, call, print. Everything else lives in the library."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from casecheck.cli_rules import ConfigOption, IgnoreOption, SelectOption, SeverityOption, known_severity, rule_set, rules_app
from casecheck.cli_source import URL_VARIABLE, opened, source_of
from casecheck.cli_synth import SYNTH_EXAMPLES, synth
from casecheck.errors import CasecheckError, unforeseen
from casecheck.wording import counted

EXIT_CLEAN, EXIT_FINDINGS, EXIT_CANNOT_RUN, EXIT_INCOMPLETE, EXIT_INTERRUPTED = 0, 1, 2, 3, 130

app = typer.Typer(
    name="casecheck",
    help="Audit case-record extracts from children's social care.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
config_app = typer.Typer(help="The policy in force.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules_app, name="rules")
app.add_typer(config_app, name="config")
app.command(epilog=SYNTH_EXAMPLES)(synth)

PathArgument = Annotated[Path | None, typer.Argument(help="A folder, or one file: CSV, workbook, census XML, Parquet or zip.")]
UrlFileOption = Annotated[Path | None, typer.Option("--source-url-file", help="Read a database: a file with its SQLAlchemy URL.")]
UrlEnvOption = Annotated[
    str, typer.Option("--source-url-env", help=f"Likewise, by an environment variable. Default: {URL_VARIABLE}, if set.")
]
SchemaOption = Annotated[str, typer.Option("--schema", help="The schema of the database to read. Default: its own.")]
ProfileOption = Annotated[
    str,
    typer.Option(
        "--profile",
        help="The layout (carefirst, annex_a, ssd, cin_census, ssda903, eclipse, lcs, mosaic, model), or a profile file.",
    ),
]
MemoryOption = Annotated[
    str | None,
    typer.Option("--memory-limit", help="What the engine may take, as 2GB. Default: CASECHECK_MEMORY_LIMIT, or half the memory."),
]
TempOption = Annotated[
    Path | None,
    typer.Option("--temp-dir", help="Where what does not fit is put. Default: CASECHECK_TEMP_DIR, or the system's own place."),
]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="The day of the extract, as 2026-03-31. Default: today.")]


@app.command(
    epilog="Examples: casecheck check examples/carefirst --as-of 2026-03-31 | "
    "casecheck check annex_a.xlsx --as-of 2026-03-31 -o text -o csv=findings.csv | "
    "casecheck check extract --select VIS --select SEE --due-within 10 | "
    "casecheck check extract --earlier march.snapshot --snapshot april.snapshot | "
    "casecheck check --source-url-file database.url --schema reporting | "
    "casecheck check --engine postgres --source-url-file database.url | "
    "casecheck check --engine spark --source sc://cluster:15002 --schema social_care. "
    "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 could not run, 3 incomplete."
)
def check(
    path: PathArgument = None,
    profile: ProfileOption = "",
    as_of: AsOfOption = None,
    select: SelectOption = None,
    ignore: IgnoreOption = None,
    severity: SeverityOption = "",
    due_within: Annotated[int | None, typer.Option("--due-within", min=0, help="Add what falls due in so many days.")] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output", "-o", help="FORMAT or FORMAT=PATH: text, concise, csv, json, jsonl, parquet, partitions. Repeatable."
        ),
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="Write the rows that were set aside, with their cells, to this CSV file.")
    ] = None,
    earlier: Annotated[
        Path | None, typer.Option("--earlier", help="The snapshot of an earlier extract, to hold this one against.")
    ] = None,
    snapshot: Annotated[
        Path | None, typer.Option("--snapshot", help="Write a snapshot of this extract, for the next time.")
    ] = None,
    fail_on: Annotated[str, typer.Option("--fail-on", help="critical, high, medium, low or never. Default: the policy's.")] = "",
    config: ConfigOption = None,
    source_url_file: UrlFileOption = None,
    source_url_env: UrlEnvOption = "",
    schema: SchemaOption = "",
    engine: Annotated[str, typer.Option("--engine", help="duckdb (the default), postgres (in the database) or spark.")] = "",
    spark: Annotated[str, typer.Option("--source", help="Where Spark is: local[*], spark://HOST:7077 or sc://HOST:15002.")] = "",
    memory_limit: MemoryOption = None,
    temp_dir: TempOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on the screen.")] = False,
) -> None:
    """Read an extract, run the rules, print and write the findings."""
    from casecheck.auditing import as_policy, audit
    from casecheck.reports import parse_output

    outputs = [parse_output(text) for text in output or ["text"]]
    if sum(where is None for _, where in outputs) > 1:
        raise CasecheckError("two outputs would go to the screen", "give one of them a file: -o csv=findings.csv")
    policy = as_policy(config)
    level = _level(fail_on or policy.fail_on)
    known_severity(severity)
    if as_of is None:
        _tell("as of today; say --as-of with the day of the extract when it is another")
    with opened(path, source_url_file, source_url_env, schema, engine, spark) as (source, asked):
        with _Progress(quiet) as progress:
            result = audit(
                source, profile=profile or None, policy=policy, as_of=as_of, select=select or (), ignore=ignore or (),
                severity=severity, due_within=due_within, earlier=earlier, keep_snapshot=snapshot is not None,
                keep_rejects=rejects is not None, engine=asked, memory_limit=memory_limit, temp_dir=temp_dir,
                keep_verdicts=False, progress=progress.say,
            )  # fmt: skip
        with result:
            _report(result, outputs, rejects, snapshot)
            _finish(result, level)


def _report(result: Any, outputs: list[tuple[str, Path | None]], rejects: Path | None, snapshot: Path | None) -> None:
    from casecheck.reports import write_file, write_report

    for name, where in outputs:
        write_report(result, name, where)
        if where is not None:
            _tell(f"written: {where}")
    if rejects is not None:
        from casecheck.reports.rejects import render

        write_file(rejects, render(result.extract.rejects or ()))
        _tell(f"written: {rejects} ({counted(len(result.extract.rejects or ()), 'rejected row')})")
    if snapshot is not None:
        write_file(snapshot, result.snapshot.to_bytes())
        _tell(f"written: {snapshot}")
    for reason in result.unreliable:
        _tell(f"not reliable: {reason}")
    for note in result.loosened:
        _tell(f"local policy is looser than the statutory limit: {note}")


def _finish(result: Any, level: str) -> None:
    found = result.count(level) if level != "never" else 0
    if not result.complete:
        gaps = sum(1 for outcome in result.rules if outcome.incomplete)
        unread = "".join(f", {counted(len(unread), 'file')} could not be read" for unread in [result.extract.unread] if unread)
        if not gaps and not unread:
            _tell("exit 3: none of the selected rules is within the source's scope")
            raise typer.Exit(EXIT_INCOMPLETE)
        _tell(f"exit 3: incomplete, {counted(gaps, 'rule')} could not be assessed in full{unread}")
        raise typer.Exit(EXIT_INCOMPLETE)
    if found:
        _tell(f"exit 1: {found} findings at or above {level}")
        raise typer.Exit(EXIT_FINDINGS)


@app.command(epilog="Examples: casecheck inspect extract --as-of 2026-03-31 | casecheck inspect --source-url-file database.url")
def inspect(
    path: PathArgument = None,
    profile: ProfileOption = "",
    as_of: AsOfOption = None,
    select: SelectOption = None,
    config: ConfigOption = None,
    source_url_file: UrlFileOption = None,
    source_url_env: UrlEnvOption = "",
    schema: SchemaOption = "",
    memory_limit: MemoryOption = None,
    temp_dir: TempOption = None,
) -> None:
    """Show what was read and how, and which rules can be assessed. Runs no rule."""
    from casecheck.auditing import as_day, as_policy, read_extract, recognise
    from casecheck.engines.duckdb import DuckDBEngine
    from casecheck.engines.spilling import room_for
    from casecheck.planning import RuleRun
    from casecheck.profiles.building import Asked
    from casecheck.reports.inspection import describe
    from casecheck.rules.compiled import compile_rules
    from casecheck.rules.loading import rules_of

    source = source_of(path, source_url_file, source_url_env, schema)
    policy, day = as_policy(config), as_day(as_of)
    rules = rules_of(policy).select(select or policy.select, policy.ignore)
    matched = recognise(source, profile or policy.profile, policy)
    engine = DuckDBEngine(day, room=room_for(memory_limit, temp_dir))
    try:
        extract = read_extract(engine, matched, policy, day, Asked(counts=True))
        run = RuleRun(engine, extract, matched.profile, policy, None)
        found: list[tuple[str, str, str]] = []
        for compiled in compile_rules(rules, policy).rules.values():
            answers = [run.assessable(variant) for variant in compiled.variants]
            if all(answers):
                found.append((compiled.id, *(answers[0] or ("", ""))))
        sys.stdout.write(describe(extract, found))
    finally:
        engine.close()


@app.command(
    epilog="Examples: casecheck init extract | casecheck init extract --out ours.yaml --as-of 2026-03-31 | "
    'casecheck init extract --child-id "Client Ref" --force | casecheck init --source-url-file database.url. '
    "Exit codes: 0 a profile was drafted, or one that ships fits as it is; 2 could not run."
)
def init(
    path: PathArgument = None,
    out: Annotated[Path, typer.Option("--out", help="Where the draft is written.")] = Path("casecheck-profile.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    child_id: Annotated[
        list[str] | None,
        typer.Option("--child-id", help="A heading under which your extract has the child's number. Repeatable."),
    ] = None,
    as_of: AsOfOption = None,
    config: ConfigOption = None,
    source_url_file: UrlFileOption = None,
    source_url_env: UrlEnvOption = "",
    schema: SchemaOption = "",
) -> None:
    """Look at an unknown folder, file or database: name the profile that fits, or draft one, and say what it would give."""
    from casecheck.cli_init import run_init, typed_source

    source = source_of(path, source_url_file, source_url_env, schema)
    run_init(source, typed_source(path, source_url_file, source_url_env, schema), out, force, child_id or (), as_of, config)


@app.command(
    "compile",
    epilog="Examples: casecheck compile --dialect tsql --select VIS-CP-001 | casecheck compile --dialect snowflake --out sql",
)
def compile_(
    dialect: Annotated[str, typer.Option("--dialect", help="tsql, snowflake, bigquery, postgres, spark or duckdb.")],
    out: Annotated[Path | None, typer.Option("--out", help="A new folder, one file a rule. Default: all on the screen.")] = None,
    select: SelectOption = None,
    ignore: IgnoreOption = None,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Write the rules as SQL, to be run where the data is."""
    from casecheck.cli_compile import run_compile

    run_compile(dialect, out, select or (), ignore or (), config, as_of)


@app.command(epilog="Examples: casecheck explain VIS-CP-001 --sql | casecheck explain IN030")
def explain(
    code: Annotated[str, typer.Argument(help="A rule's code, as VIS-CP-001, or that of a fault of the input, as IN030.")],
    sql: Annotated[bool, typer.Option("--sql", help="Show the question in SQL.")] = False,
    config: ConfigOption = None,
) -> None:
    """Say what a rule asks, why, who says so, what it needs and what to do."""
    from casecheck.auditing import as_policy
    from casecheck.reports.explain import explain as page
    from casecheck.rules.compiled import compile_rules
    from casecheck.sources.bad_input import CASES

    if code.upper() in CASES:
        from casecheck.reports.input_cases import explain_case

        sys.stdout.write(explain_case(code.upper()))
        return
    chosen = rule_set(config)
    rule = chosen[code.upper()]
    policy = as_policy(config)
    compiled = compile_rules(chosen.select([rule.id]), policy)
    sys.stdout.write(page(chosen.entries[rule.id], compiled.rules[rule.id], policy, sql))


@config_app.command("show", epilog="Examples: casecheck config show | casecheck config show visits")
def config_show(
    what: Annotated[str, typer.Argument(help="visits: how often each child is to be seen. Default: the whole policy.")] = "",
    config: ConfigOption = None,
) -> None:
    """Print the policy in force, and the file it comes from."""
    from casecheck.policy import load_policy
    from casecheck.reports.visits import visit_matrix

    if what not in ("", "visits"):
        raise CasecheckError(
            f"there is nothing called '{what}' to show", "casecheck config show, or casecheck config show visits"
        )
    policy, origin = load_policy(config)
    sys.stdout.write(f"# from {origin or 'the defaults: there is no casecheck.toml here'}\n")
    if what:
        sys.stdout.write(visit_matrix(rule_set(config), policy))
    else:
        sys.stdout.write(json.dumps(policy.model_dump(mode="json"), indent=2) + "\n")


@app.command()
def schema(what: Annotated[str, typer.Argument(help="rule, policy or profile; or model.")]) -> None:
    """Print a JSON Schema, for editors that complete and check files; or the model's tables and fields."""
    from casecheck.policy import Policy
    from casecheck.profiles.spec import Profile
    from casecheck.rules.spec import RuleFile

    if what == "model":
        from casecheck.reports.model_page import model_page

        sys.stdout.write(model_page())
        return
    kinds: dict[str, Any] = {"rule": RuleFile, "policy": Policy, "profile": Profile}
    if what not in kinds:
        raise CasecheckError(f"there is no schema '{what}'", "one of: rule, policy, profile, model")
    sys.stdout.write(json.dumps(kinds[what].model_json_schema(), indent=2) + "\n")


@app.command()
def version() -> None:
    """Print the version."""
    from casecheck.cache import library_version

    sys.stdout.write(f"casecheck {library_version()}\n")


def _level(text: str) -> str:
    from casecheck.policy import SEVERITIES

    if text not in (*SEVERITIES, "never"):
        raise CasecheckError(f"'{text}' is no level for --fail-on", f"one of: {', '.join(SEVERITIES)}, never")
    return text


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


class _Progress:
    """What is being done, on a terminal only."""

    def __init__(self, quiet: bool) -> None:
        shown = not quiet and sys.stderr.isatty() and not os.environ.get("CI")
        self._status: Any = None
        if shown:
            from rich.console import Console

            self._status = Console(stderr=True, markup=False).status("starting")

    def __enter__(self) -> _Progress:
        if self._status:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status:
            self._status.stop()

    def say(self, text: str) -> None:
        """Show a line in place of the last one."""
        if self._status:
            self._status.update(text)


def main() -> None:
    """The entry point: errors become advice on stderr and an exit code, never a traceback with a child's record in it."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    try:
        app()
    except CasecheckError as problem:
        _tell(f"error: {problem}")
        sys.exit(EXIT_CANNOT_RUN)
    except KeyboardInterrupt:
        _tell("interrupted; nothing was written")
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_CLEAN)
    except Exception as problem:
        _tell(f"error: {unforeseen(problem)}")
        sys.exit(EXIT_CANNOT_RUN)


if __name__ == "__main__":
    main()
