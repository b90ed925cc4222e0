"""Finding and reading profiles: those that ship, an authority's own file, and the model's own layout."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from casecheck import strict_yaml
from casecheck.cache import Cached
from casecheck.errors import ProfileError, nearest
from casecheck.model import load_model
from casecheck.profiles.spec import Mapping, Profile, Source

MODEL = "model"


@cache
def shipped_profiles() -> dict[str, Profile]:
    """The profiles that come with casecheck, by name."""
    folder = files(__package__).joinpath("layouts")
    names = sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))
    found = {name: _shipped(name, folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8")) for name in names}
    return {**found, MODEL: model_profile()}


def _shipped(name: str, text: str) -> Profile:
    def build(sources: dict[str, str]) -> Profile:
        return strict_yaml.parse(strict_yaml.read(sources[name], f"{name}.yaml", ProfileError), Profile, ProfileError)

    return Cached(f"profile-{name}", Profile, {name: text}).load(build)


def load_profile(name: str) -> Profile:
    """A profile by name, or from a YAML file by path. Raises :class:`ProfileError`."""
    if name.endswith((".yaml", ".yml")):
        path = Path(name)
        if not path.is_file():
            raise ProfileError(f"{name}: no such profile file")
        return strict_yaml.parse(strict_yaml.read_file(path, ProfileError), Profile, ProfileError)
    known = shipped_profiles()
    if name not in known:
        raise ProfileError(f"there is no profile '{name}'", nearest(name, known) or f"profiles: {', '.join(known)}")
    return known[name]


@cache
def model_profile() -> Profile:
    """The model's own layout: files or frames that already follow it, one a table."""
    tables = load_model().tables
    return Profile(
        profile=MODEL,
        title="the casecheck model",
        sources={
            name: Source(
                columns=dict.fromkeys(table.fields),
                required=(),
                names=(name,),
                person=table.child,
                key=table.key[0] if len(table.key) == 1 else "",
            )
            for name, table in tables.items()
        },
        tables={
            name: (Mapping.model_validate({"from": name, "fields": {field: field for field in table.fields}}),)
            for name, table in tables.items()
        },
    )
