"""The command line's part for rules: list them, run their examples, begin a new one, and write their pages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casecheck.errors import CasecheckError
from casecheck.wording import counted

if TYPE_CHECKING:
    from casecheck.rules.loading import RuleSet

rules_app = typer.Typer(help="List rules, test and check them, or begin a new one.", rich_markup_mode=None)

SelectOption = Annotated[
    list[str] | None,
    typer.Option("--select", help="Rules by code, prefix or family (VIS-CP), pack, or ready selection (ofsted). Repeatable."),
]
IgnoreOption = Annotated[list[str] | None, typer.Option("--ignore", help="Rules to leave out, likewise.")]
SeverityOption = Annotated[str, typer.Option("--severity", help="Only rules of this severity and above.")]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="A policy file. Default: the nearest casecheck.toml.")]
CodesArgument = Annotated[list[str] | None, typer.Argument(help="Codes or prefixes. Default: every rule.")]


def rule_set(config: Path | None) -> RuleSet:
    """Every rule of the policy's packs and folders."""
    from casecheck.auditing import as_policy
    from casecheck.rules.loading import rules_of

    policy = as_policy(config)
    return rules_of(policy)


def known_severity(text: str) -> None:
    """Refuse a severity that is none."""
    from casecheck.policy import SEVERITIES

    if text and text not in SEVERITIES:
        raise CasecheckError(f"'{text}' is not a severity", f"one of: {', '.join(SEVERITIES)}")


@rules_app.callback(invoke_without_command=True)
def rules(
    context: typer.Context,
    select: SelectOption = None,
    ignore: IgnoreOption = None,
    severity: SeverityOption = "",
    config: ConfigOption = None,
) -> None:
    """List rules: casecheck rules --select VIS --severity high. Without a selection, the ready selections too."""
    if context.invoked_subcommand:
        return
    from casecheck.reports.tables import columns

    known_severity(severity)
    chosen = rule_set(config).select(select or (), ignore or (), severity)
    rows = [("RULE", "SEVERITY", "TITLE"), *((rule.id, rule.severity, rule.title) for rule in chosen.rules())]
    sys.stdout.write("\n".join(columns(rows)) + f"\n{counted(len(chosen), 'rule')}\n")
    if not select:
        ready = [("--select", name, made.title) for name, made in chosen.selections.items()]
        sys.stdout.write("\nReady selections:\n" + "\n".join(columns(ready, indent="  ")) + "\n")


@rules_app.command("test", epilog="Example: casecheck rules test VIS-CP")
def rules_test(codes: CodesArgument = None, config: ConfigOption = None) -> None:
    """Run the examples that rule files hold. Exits 1 when one does not give what it promises."""
    from casecheck.engines.duckdb import DuckDBEngine
    from casecheck.rules.examples import run_examples

    chosen = rule_set(config).select(codes or (), where="the codes given")
    wrong = examples = 0
    for rule in chosen.rules():
        examples += len(rule.examples)
        for mismatch in run_examples(rule, DuckDBEngine):
            wrong += 1
            sys.stdout.write(f"{mismatch}\n")
    sys.stdout.write(f"{counted(len(chosen), 'rule')}, {counted(examples, 'example')}, {wrong} wrong\n")
    raise typer.Exit(1 if wrong else 0)


@rules_app.command("lint", epilog="Examples: casecheck rules lint | casecheck rules lint VIS-XX-001")
def rules_lint(codes: CodesArgument = None, config: ConfigOption = None) -> None:
    """Say what is wanting in rule files: SQL that engines understand differently, verdicts without an example. Exits 1 then."""
    from casecheck.auditing import as_policy
    from casecheck.rules.writing import wanting

    policy = as_policy(config)
    chosen = rule_set(config).select(codes or (), where="the codes given")
    found = [f"{entry.file}: {said}" for entry in chosen.entries.values() for said in wanting(entry.rule, policy)]
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(f"{counted(len(chosen), 'rule')}, {len(found)} wanting\n")
    raise typer.Exit(1 if found else 0)


@rules_app.command("new", epilog="Example: casecheck rules new VIS-XX-001 --folder rules")
def rules_new(
    code: Annotated[str, typer.Argument(help="A code that no rule has: a family, letters if you like, a number.")],
    folder: Annotated[Path, typer.Option("--folder", help="Where it is written; name the folder in the policy.")] = Path("rules"),
    config: ConfigOption = None,
) -> None:
    """Begin a rule of your own: a file that works, to be changed."""
    from casecheck.rules.writing import new_rule

    known = rule_set(config)
    if code.upper() in {*known.entries, *known.retired}:
        raise CasecheckError(f"the code {code.upper()} is used already", "codes are never used twice: choose another number")
    file = new_rule(code.upper(), folder)
    sys.stderr.write(f"written: {file}\n")
    sys.stderr.write(f'name its folder in casecheck.toml: rule_folders = ["{folder.as_posix()}"]\n')
    sys.stderr.write(f"then: casecheck rules test {code.upper()}\n")


@rules_app.command("pages", epilog="Example: casecheck rules pages --out docs/rules")
def rules_pages(
    out: Annotated[Path, typer.Option("--out", help="The folder; pages in it are replaced.")],
    select: SelectOption = None,
    config: ConfigOption = None,
) -> None:
    """Write a page for each rule, and an index, under your own policy."""
    from casecheck.auditing import as_policy
    from casecheck.reports import write_file
    from casecheck.reports.rule_pages import rule_pages
    from casecheck.rules.compiled import compile_rules

    policy, chosen = as_policy(config), rule_set(config).select(select or ())
    pages = rule_pages(chosen, compile_rules(chosen, policy), policy)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        write_file(out / name, text.encode())
    sys.stderr.write(f"written: {out} ({counted(len(pages), 'page')})\n")
