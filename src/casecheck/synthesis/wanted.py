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
    return found


def codes_of(wanted: Wanted) -> list[str]:
    """The rules that are to be broken."""
    return [code for code in BREACHES if wanted.get(code, wanted.get(EVERY, 0))]


def count_wanted(wanted: Wanted, stories: Mapping[str, int], hidden: Mapping[str, str]) -> dict[str, int]:
    """How many breaches of each rule, given how many children each story is told of. A share is one breach at the least.

    ``hidden`` says why a breach would not be seen in the layout: ``all`` passes over it; one that is named is refused.
    """
    found = {}
    for code in codes_of(wanted):
        if code not in hidden:
            amount = wanted.get(code, wanted.get(EVERY, 0))
            found[code] = amount if isinstance(amount, int) else max(1, round(amount * stories.get(BREACHES[code].story, 0)))
        elif code in wanted:
            raise CasecheckError(
                f"a breach of {code} would not be seen in this layout: {hidden[code]}",
                "leave it out, or choose another --profile",
            )
    return found


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
            "a child's own records cannot break it: it asks about teams, staff or the extract as a whole",
        )
    return CasecheckError(f"{where}: there is no rule '{code}'", nearest(code, BREACHES) or _EXAMPLE)


@cache
def _rules() -> frozenset[str]:
    return frozenset(load_rules().entries)
