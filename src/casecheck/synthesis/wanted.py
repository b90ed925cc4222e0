"""Which breaches are wanted: ``breaches.toml``, checked, and how many of each that makes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from casecheck.errors import CasecheckError, nearest
from casecheck.rules.loading import load_rules
from casecheck.stories.breaches import BREACHES

Wanted = Mapping[str, int | float]
"""By rule: a whole number of breaches, or (as a float) the share of the children with that story."""

EVERY = "all"
_EXAMPLE = 'write "VIS-CP-001" = 25, or "VIS-CP-001" = "2%", under [breaches]'


def read_wanted(path: Path) -> Wanted:
    """The breaches that a file asks for. Raises :class:`CasecheckError`."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise CasecheckError(f"{path}: cannot be read ({problem.strerror})", "name the file with --breaches") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CasecheckError(f"{path}: this is not valid TOML ({problem})", _EXAMPLE) from None
    strange = sorted(set(data) - {"breaches"})
    if strange or not isinstance(data.get("breaches"), dict):
        raise CasecheckError(f"{path}: {f'unknown key {strange[0]!r}' if strange else 'there is no [breaches]'}", _EXAMPLE)
    return wanted_from(data["breaches"], str(path))


def wanted_from(asked: Mapping[str, object], where: str = "breaches") -> Wanted:
    """Check what is asked for: ``{"VIS-CP-001": 25, "VIS-CP-002": "2%", "all": 3}``. ``all`` is each rule that is not named."""
    found = {code: _amount(amount, f"{where}: {code}") for code, amount in asked.items()}
    for code in found:
        if code != EVERY and code not in BREACHES:
            raise _unknown(code, where)
    if EVERY not in found:
        return found
    return {code: found.get(code, found[EVERY]) for code in BREACHES}


def count_wanted(wanted: Wanted, stories: Mapping[str, int]) -> dict[str, int]:
    """How many breaches of each rule, given how many children each story is told of. A share is one breach at the least."""
    return {
        code: amount if isinstance(amount, int) else max(1, round(amount * stories[BREACHES[code].story])) if amount else 0
        for code, amount in wanted.items()
    }


def _amount(amount: object, where: str) -> int | float:
    if isinstance(amount, int) and not isinstance(amount, bool) and amount >= 0:
        return amount
    if isinstance(amount, str) and amount.endswith("%"):
        try:
            share = float(amount[:-1])
        except ValueError:
            share = -1.0
        if 0 <= share <= 100:
            return share / 100
    raise CasecheckError(f"{where}: neither a number nor a share", _EXAMPLE)


def _unknown(code: str, where: str) -> CasecheckError:
    if code in _rules():
        return CasecheckError(
            f"{where}: no breach of {code} can be planted",
            "it asks about a team, the staff or the extract as a whole; casecheck synth --list names the rules that can be broken",
        )
    return CasecheckError(f"{where}: there is no rule '{code}'", nearest(code, BREACHES) or _EXAMPLE)


@cache
def _rules() -> frozenset[str]:
    return frozenset(load_rules().entries)
