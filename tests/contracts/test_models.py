"""Models for annotations: made when asked for, known to type checkers, extended by classes of one's own; the page's snippets run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from pandera.typing import DataFrame, Series
from tests.conftest import ROOT

import casecheck
from casecheck import contracts
from casecheck.contracts.models import names
from casecheck.contracts.stub import stub
from casecheck.model import load_model

TODAY = "2024-06-28"


def visits(**changes: Any) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "visit_id": ["V1", "V2"],
        "person_id": ["C1", "C2"],
        "visit_type": ["cp", "cin"],
        "visit_date": pd.to_datetime(["2024-02-01", "2024-03-01"]),
    }
    return pd.DataFrame(columns | changes)


@pa.check_types(lazy=True)
def first_visit(visits: DataFrame[contracts.Visit]) -> str:
    return str(visits["visit_date"].idxmin())


@pytest.mark.parametrize("name", names())
def test_a_model_is_its_tables_schema(name: str) -> None:
    model, table = getattr(contracts, name), names()[name]
    made, schema = model.to_schema(), contracts.schema(table)
    assert list(made.columns) == list(schema.columns)
    assert [getattr(model, field) for field in load_model().tables[table].fields] == list(load_model().tables[table].fields)
    for column in made.columns:
        ours, theirs = made.columns[column], schema.columns[column]
        assert (ours.dtype, ours.nullable, ours.required) == (theirs.dtype, theirs.nullable, theirs.required)
    assert (made.index is None) == (schema.index is None)
    assert len(made.checks) == len(schema.checks)


def test_a_function_takes_what_fits_and_refuses_what_does_not() -> None:
    assert first_visit(visits()) == "V1"
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        first_visit(visits(visit_type=["cp", "home"]))
    found = contracts.findings(caught.value, policy={})
    assert found["rule_id"].tolist() == ["INT-006", "INT-012"]
    assert found["child_id"].tolist() == ["C2", "C2"]


def test_a_model_may_be_extended() -> None:
    class Ours(contracts.Visit, rules=["INT-009"], as_of="2024-02-15"):
        team: Series[str] = pa.Field(isin=["North"])
        seen_alone: Series[str] = pa.Field(nullable=False)

        class Config:
            coerce = True

        @pa.check("worker_id")
        def ours(cls, column: Series[str]) -> Series[bool]:  # noqa: N805
            return column.str.startswith("W")

    frame = visits(team=["North", "South"], seen_alone="Y", worker_id=["W1", "X2"], visit_type=["CP", "cin"])
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        Ours.validate(frame, lazy=True)
    found = contracts.findings(caught.value, policy={})
    told = found[["rule_id", "child_id", "columns", "verdict"]].values.tolist()
    assert told[0][:2] == ["INT-009", "C2"]
    assert told[1:] == [["isin", "C2", "team", "fail"], ["ours", "C2", "worker_id", "fail"]]
    assert found["as_of"].astype(str).unique().tolist() == ["2024-02-15"]
    assert "South" not in found.to_string()
    assert "X2" not in found.to_string()
    contracts.FINDINGS.validate(found, lazy=True)
    with pytest.raises(pa.errors.SchemaErrors):
        Ours.validate(frame.drop(columns="seen_alone"), lazy=True)


def test_a_name_that_is_no_model_is_answered_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match=r"casecheck\.contracts has no 'Vist'\. nearest: Visit"):
        contracts.Vist  # type: ignore[attr-defined]  # noqa: B018
    assert {"Visit", "FINDINGS", "schema"} <= set(dir(contracts))


def test_type_checkers_are_told_what_there_is() -> None:
    path = Path(contracts.__file__).with_name("__init__.pyi")
    assert path.read_text(encoding="utf-8") == stub(), "write it again: the text is casecheck.contracts.stub.stub()"


@pytest.mark.thorough
def test_mypy_takes_a_model_as_a_type(tmp_path: Path) -> None:
    script = tmp_path / "ours.py"
    script.write_text(
        "import pandera.pandas as pa\n"
        "from pandera.typing import DataFrame\n"
        "from casecheck import contracts\n\n"
        "class Mine(contracts.Plan, rules=['INT-004']):\n"
        "    pass\n\n"
        "@pa.check_types\n"
        "def count(visits: DataFrame[contracts.Visit], plans: DataFrame[Mine]) -> int:\n"
        "    return len(visits[contracts.Visit.visit_date]) + len(plans)\n\n"
        "wrong: int = contracts.Visit.visit_date\n"
    )
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(script)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    errors = [line for line in done.stdout.splitlines() if "error:" in line]
    assert [line.split(":")[1] for line in errors] == ["12"], done.stdout


@pytest.mark.parametrize("module", ["casecheck", "casecheck.auditing", "casecheck.cli"])
def test_the_core_loads_no_pandera(module: str) -> None:
    program = f"import sys, {module}; sys.exit(any(name.split('.')[0] == 'pandera' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_an_audit_loads_no_pandera() -> None:
    program = (
        "import sys, pandas, casecheck\n"
        "frame = pandas.DataFrame({'visit_id': ['V1'], 'visit_type': ['cp']})\n"
        "result = casecheck.audit({'visit': frame}, profile='model', select=['INT-006'], policy={})\n"
        "result.findings\n"
        "sys.exit('pandera' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_without_pandera_the_extra_is_named() -> None:
    program = "import sys; sys.modules['pandera'] = None; import casecheck.contracts"
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert "pandera is not installed" in done.stderr
    assert 'pip install "casecheck[pandera]"' in done.stderr


def test_the_snippets_of_the_page_run(capsys: pytest.CaptureFixture[str]) -> None:
    """One after the other, as a reader would type them."""
    page = (ROOT / "docs" / "pandera.md").read_text(encoding="utf-8")
    known: dict[str, Any] = {"__name__": "page"}
    said = []
    for snippet in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(compile(snippet, "docs/pandera.md", "exec", dont_inherit=True), known)
        said.append(capsys.readouterr().out)
    assert "2024-02-14" in said[0]
    assert all(code in said[1] for code in ("INT-005", "INT-006", "INT-012"))
    assert "datetime64[us]" in said[2]
    assert "North" in said[3]
    assert "the end date is before the start date" in said[4]
    assert "INT-004, INT-010" in said[5]
    assert said[6].startswith("finding_id ")
    assert casecheck.__name__ in page
