"""Finding, reading and selecting rules: the packs that ship with casecheck, and an authority's own folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, RootModel

from casecheck import strict_yaml
from casecheck.cache import Cached
from casecheck.errors import PolicyError, RuleError, SelectionError, nearest
from casecheck.model import load_model
from casecheck.policy import PACKS, SEVERITIES, Accepted, Policy
from casecheck.rules.spec import FAMILIES, RuleFile


class RuleEntry(BaseModel):
    """One rule, with the pack and the file that it came from."""

    model_config = ConfigDict(frozen=True)

    rule: RuleFile
    pack: str
    file: str


class Selection(BaseModel):
    """A ready selection of rules: what ``rules`` names by code, prefix or family."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    rules: tuple[str, ...]


class Retired(BaseModel):
    """A rule that is no more. Its code is never used again; ``now`` is the rule that asks the same today, if one does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    now: str = ""
    why: str


class RuleSet(BaseModel):
    """Rules by code, in order, with the ready selections and the codes of rules that are no more."""

    model_config = ConfigDict(frozen=True)

    entries: dict[str, RuleEntry]
    selections: dict[str, Selection] = {}
    retired: dict[str, Retired] = {}

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, code: str) -> RuleFile:
        if code in self.entries:
            return self.entries[code].rule
        self._refuse_retired(code)
        raise SelectionError(f"no rule is called '{code}'", nearest(code, self.entries))

    def rules(self) -> Iterator[RuleFile]:
        """The rules, in order of their codes."""
        return (entry.rule for entry in self.entries.values())

    def select(
        self, wanted: Sequence[str] = (), unwanted: Sequence[str] = (), severity: str = "", where: str = "--select"
    ) -> RuleSet:
        """The rules that any of ``wanted`` names by code, prefix or family, less those that ``unwanted`` names.

        ``severity`` keeps that level and above. Raises :class:`SelectionError` for a selector that names nothing.
        """
        keep = self._named(wanted, where) if wanted else set(self.entries)
        keep -= self._named(unwanted, where.replace("select", "ignore"))
        if severity:
            levels = SEVERITIES[: SEVERITIES.index(severity) + 1]
            keep = {code for code in keep if self.entries[code].rule.severity in levels}
        return self.model_copy(update={"entries": {code: entry for code, entry in self.entries.items() if code in keep}})

    def _named(self, selectors: Iterable[str], where: str) -> set[str]:
        found: set[str] = set()
        for selector in selectors:
            ready = self.selections.get(selector.strip().lower())
            chosen = ready.rules if ready else (selector,)
            named = {code for code, entry in self.entries.items() if any(_matches(one, code, entry.pack) for one in chosen)}
            if not named:
                self._refuse_retired(selector.strip().upper())
                known = [*self.entries, *(code[: code.rindex("-")] for code in self.entries), *FAMILIES, *self.selections]
                raise SelectionError(
                    f"no rule matches '{selector}' in {where}",
                    nearest(selector.upper(), dict.fromkeys(known)) or "casecheck rules lists them",
                )
            found |= named
        return found

    def _refuse_retired(self, code: str) -> None:
        """A rule that is no more is not quietly left out. Raises :class:`SelectionError` with the rule that took its place."""
        if code in self.retired:
            gone = self.retired[code]
            raise SelectionError(f"the rule {code} is no more: {gone.why}", f"use {gone.now}" if gone.now else "leave it out")


def _matches(selector: str, code: str, pack: str) -> bool:
    selector = selector.strip().upper()
    family = FAMILIES.get(code.split("-", 1)[0], "").upper()
    return bool(selector) and (code.startswith(selector) or selector in (family, pack.upper()))


def packs_folder() -> Path:
    """Where the shipped packs are: inside the installed package, or ``rules/`` of a source checkout."""
    packaged = Path(__file__).parents[1] / "packs"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "rules"


def load_rules(packs: Sequence[str] = PACKS, folders: Sequence[str | Path] = ()) -> RuleSet:
    """Read rule packs by name, and every rule file under ``folders``.

    Raises :class:`RuleError` with file and line when a rule file is wrong, or when two rules share a code.
    """
    sources: dict[str, str] = {}
    for pack in packs:
        root = packs_folder() / pack
        if not root.is_dir():
            known = [path.name for path in packs_folder().iterdir() if path.is_dir()]
            raise RuleError(f"there is no rule pack '{pack}'", nearest(pack, known) or f"packs: {', '.join(sorted(known))}")
        sources |= _texts(root, pack, f"rules/{pack}/")
    for folder in folders:
        if not Path(folder).is_dir():
            raise RuleError(f"{folder}: no such folder of rules")
        sources |= _texts(Path(folder), "local", f"{Path(folder).as_posix()}/")
    sources |= {f"\0rules/{SELECTIONS}": (packs_folder() / SELECTIONS).read_text(encoding="utf-8")}
    return Cached("rules", RuleSet, sources).load(_build)


def rules_of(policy: Policy) -> RuleSet:
    """The rules of a policy's packs and folders.

    Raises :class:`PolicyError` when the policy sets something for a code that no rule has, of whatever pack: what is misspelt
    would be believed and do nothing.
    """
    rules = load_rules(policy.packs, policy.rule_folders)
    named = [(f"{part}.{code}", code) for part in ("parameters", "severity", "rates") for code in getattr(policy, part)]
    named += [("accepted.rule", entry.rule) for entry in policy.accepted]
    every = rules if all(code in rules.entries for _, code in named) else load_rules(PACKS, policy.rule_folders)
    for where, code in named:
        try:
            every[code]
        except SelectionError as problem:
            raise PolicyError(f"{where}: {problem.message}", problem.advice) from None
    for entry in policy.accepted:
        _check_accepted(entry, every[entry.rule])
    return rules


def _check_accepted(entry: Accepted, rule: RuleFile) -> None:
    """Only what is found of a whole can be accepted; of an extract, only tables and fields. Raises :class:`PolicyError`."""
    model = load_model()
    subjects = {variant.subject for variant in rule.subjects}
    if not subjects <= set(model.made):
        raise PolicyError(
            f"accepted: {rule.id} is about single records",
            "only what is found of the extract, the authority or a team as a whole can be accepted",
        )
    if all(subject.startswith("extract_") for subject in subjects):
        tables = set(model.tables) if "extract_table" in subjects else set()
        fields = {f"{name}.{field}" for name, table in model.tables.items() for field in table.fields}
        known = tables | (fields if subjects - {"extract_table"} else set())
        for what in entry.what:
            if what.partition("=")[0] not in known:
                raise PolicyError(f"accepted: {rule.id} says nothing of '{what}'", nearest(what, known))


SELECTIONS, RETIRED = "selections.yaml", "retired.yaml"
"""Files of a folder of rules that are no rules."""
MARKS = ("_conflict", "_unknown")
"""What an example may say of a row beside its fields: lists that disagree, and fields that the list does not hold."""


def _texts(root: Path, pack: str, shown: str) -> dict[str, str]:
    files = sorted(root.rglob("*.yaml"))
    return {f"{pack}\0{shown}{file.relative_to(root).as_posix()}": file.read_text(encoding="utf-8") for file in files}


class _Selections(RootModel[dict[str, Selection]]):
    """What ``selections.yaml`` holds."""


class _Retired(RootModel[dict[str, Retired]]):
    """What ``retired.yaml`` holds."""


_BESIDE: dict[str, type[RootModel[Any]]] = {SELECTIONS: _Selections, RETIRED: _Retired}


def _build(sources: dict[str, str]) -> RuleSet:
    entries: dict[str, RuleEntry] = {}
    beside: dict[str, dict[str, Any]] = {SELECTIONS: {}, RETIRED: {}}
    for name, text in sources.items():
        pack, _, file = name.partition("\0")
        document = strict_yaml.read(text, file, RuleError)
        if Path(file).name in beside:
            beside[Path(file).name] |= strict_yaml.parse(document, _BESIDE[Path(file).name], RuleError).root
            continue
        rule = strict_yaml.parse(document, RuleFile, RuleError)
        if rule.id != Path(file).stem:
            raise RuleError(f"{file}:{document.line(('id',))}: the file's name and the rule's id differ")
        if rule.id in entries:
            raise RuleError(f"{file}: the code {rule.id} is used already", f"see {entries[rule.id].file}")
        check_examples(rule, file)
        entries[rule.id] = RuleEntry(rule=rule, pack=pack, file=file)
    if again := sorted(set(entries) & set(beside[RETIRED])):
        raise RuleError(f"{entries[again[0]].file}: the code {again[0]} was retired", "give the rule a new code")
    return RuleSet(entries=dict(sorted(entries.items())), selections=beside[SELECTIONS], retired=beside[RETIRED])


def check_examples(rule: RuleFile, file: str) -> None:
    """Hold the tables and fields of a rule's examples against the model. Raises :class:`RuleError` with the nearest name."""
    tables = load_model().every
    for example in rule.examples:
        for table, rows in example.tables.items():
            if table not in tables:
                raise RuleError(f"{file}: example '{example.name}': no such table '{table}'", nearest(table, tables))
            for row in rows or []:
                wrong = [field for field in row if field not in tables[table].fields and field not in MARKS]
                if wrong:
                    hint = nearest(wrong[0], tables[table].fields)
                    raise RuleError(f"{file}: example '{example.name}': {table} has no field '{wrong[0]}'", hint)
