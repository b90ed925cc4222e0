"""Finding, reading and selecting rules: the packs that ship with casecheck, and an authority's own folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from casecheck import strict_yaml
from casecheck.cache import Cached
from casecheck.errors import RuleError, SelectionError, nearest
from casecheck.model import load_model
from casecheck.policy import PACKS, SEVERITIES
from casecheck.rules.spec import FAMILIES, RuleFile


class RuleEntry(BaseModel):
    """One rule, with the pack and the file that it came from."""

    model_config = ConfigDict(frozen=True)

    rule: RuleFile
    pack: str
    file: str


class RuleSet(BaseModel):
    """Rules by code, in order."""

    model_config = ConfigDict(frozen=True)

    entries: dict[str, RuleEntry]

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, code: str) -> RuleFile:
        if code not in self.entries:
            raise SelectionError(f"no rule is called '{code}'", nearest(code, self.entries))
        return self.entries[code].rule

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
        return RuleSet(entries={code: entry for code, entry in self.entries.items() if code in keep})

    def _named(self, selectors: Iterable[str], where: str) -> set[str]:
        found: set[str] = set()
        for selector in selectors:
            named = {code for code in self.entries if _matches(selector, code)}
            if not named:
                known = [*self.entries, *(code[: code.rindex("-")] for code in self.entries), *FAMILIES]
                raise SelectionError(
                    f"no rule matches '{selector}' in {where}",
                    nearest(selector.upper(), dict.fromkeys(known)) or "casecheck rules lists them",
                )
            found |= named
        return found


def _matches(selector: str, code: str) -> bool:
    selector = selector.strip().upper()
    family = FAMILIES.get(code.split("-", 1)[0], "").upper()
    return bool(selector) and (code.startswith(selector) or family == selector)


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
    return Cached("rules", RuleSet, sources).load(_build)


MARKS = ("_conflict", "_unknown")
"""What an example may say of a row beside its fields: lists that disagree, and fields that the list does not hold."""


def _texts(root: Path, pack: str, shown: str) -> dict[str, str]:
    files = sorted(root.rglob("*.yaml"))
    return {f"{pack}\0{shown}{file.relative_to(root).as_posix()}": file.read_text(encoding="utf-8") for file in files}


def _build(sources: dict[str, str]) -> RuleSet:
    entries: dict[str, RuleEntry] = {}
    for name, text in sources.items():
        pack, _, file = name.partition("\0")
        document = strict_yaml.read(text, file, RuleError)
        rule = strict_yaml.parse(document, RuleFile, RuleError)
        if rule.id != Path(file).stem:
            raise RuleError(f"{file}:{document.line(('id',))}: the file's name and the rule's id differ")
        if rule.id in entries:
            raise RuleError(f"{file}: the code {rule.id} is used already", f"see {entries[rule.id].file}")
        _check_examples(rule, file)
        entries[rule.id] = RuleEntry(rule=rule, pack=pack, file=file)
    return RuleSet(entries=dict(sorted(entries.items())))


def _check_examples(rule: RuleFile, file: str) -> None:
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
