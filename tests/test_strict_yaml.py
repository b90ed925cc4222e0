from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict

from casecheck import strict_yaml
from casecheck.errors import RuleError


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    rows: list[dict[str, str | None]] = []


def test_every_value_is_text_and_knows_its_line() -> None:
    document = strict_yaml.read("name: NO\nrows:\n  - {id: 0012, at: 12:30, seen: }\n", "a.yaml", RuleError)
    assert document.data == {"name": "NO", "rows": [{"id": "0012", "at": "12:30", "seen": None}]}
    assert document.line(("rows", 0, "id")) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: a\nname: b\n", "a.yaml:2: the key 'name' is given twice"),
        ("name: !!python/object/apply:os.system [true]\n", "a.yaml:1: tags"),
        ("a: &x 1\nb: *x\n", "a.yaml:1: anchors"),
        ("name: [1\n", "not valid YAML"),
    ],
)
def test_what_a_data_file_has_no_need_of_is_refused(text: str, said: str) -> None:
    with pytest.raises(RuleError) as problem:
        strict_yaml.read(text, "a.yaml", RuleError)
    assert said in str(problem.value)


def test_a_wrong_key_is_told_with_file_line_and_the_nearest_key() -> None:
    document = strict_yaml.read("name: a\nrowz: []\n", "a.yaml", RuleError)
    with pytest.raises(RuleError) as problem:
        strict_yaml.parse(document, Shape, RuleError)
    assert "a.yaml:2: rowz: no such key here (nearest: rows)" in str(problem.value)
