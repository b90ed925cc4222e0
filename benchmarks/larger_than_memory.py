"""A large extract audited under a limit of memory, as a whole process. See README.md beside this file."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from large_extract import generate

AS_OF = "2025-03-31"


@dataclass
class Run:
    """One whole process: wall and processor seconds, peak of memory in MiB, and of the temporary files in MB."""

    code: int
    seconds: float
    processor: float
    memory: float
    spilled: float

    def __str__(self) -> str:
        return (
            f"exit {self.code}  {self.seconds:7.1f} s  {self.processor:7.1f} s of processor  {self.memory:7,.0f} MiB  "
            f"{self.spilled:7,.0f} MB spilled"
        )


def audit(extract: Path, limit: str, output: str, work: Path) -> Run:
    """Audit an extract; 137 and the like say that the system has ended the process."""
    spill = work / "spill"
    spill.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "casecheck.cli", "check", str(extract), "--as-of", AS_OF, "--temp-dir", str(spill)]
    command += ["-o", f"{output}={work / 'findings'}", *(["--memory-limit", limit] if limit else [])]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak, done = [0], threading.Event()
    watch = threading.Thread(target=_watch, args=(spill, peak, done))
    watch.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    done.set()
    watch.join()
    if any(spill.iterdir()):
        raise SystemExit("temporary files were left behind")
    code = os.waitstatus_to_exitcode(status)
    return Run(code, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, peak[0] / 1e6)


def _watch(folder: Path, peak: list[int], done: threading.Event) -> None:
    while not done.wait(0.5):
        size = 0
        for file in folder.rglob("*"):
            try:
                size += file.stat().st_blocks * 512
            except FileNotFoundError:
                continue
        peak[0] = max(peak[0], size)


def main() -> None:
    """Generate, audit under the limit, audit without, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=2_000_000, help="there are ten visits to each")
    parser.add_argument("--limit", default="2GB")
    parser.add_argument("--output", default="jsonl", help="the format of the findings")
    parser.add_argument("--work", type=Path, help="a folder on a disk with room for the extract, the findings and the spill")
    parser.add_argument("--keep", type=Path, help="a folder to write the extract to, and keep; used again if it is there")
    parser.add_argument("--no-compare", action="store_true", help="leave out the run without a limit")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work) as temporary:
        extract = options.keep or Path(temporary) / "extract"
        extract.mkdir(parents=True, exist_ok=True)
        if not any(extract.glob("*.csv")):
            generate(extract, options.children, options.children * 10)
        size = sum(file.stat().st_size for file in extract.glob("*.csv"))
        print(f"{options.children:,} children, {options.children * 10:,} visits, {size / 1e6:,.0f} MB of CSV")
        limited = audit(extract, options.limit, options.output, Path(temporary))
        written = (Path(temporary) / "findings").stat().st_size if limited.code in (0, 1, 3) else 0
        print(f"{options.limit:<9}  {limited}  {written / 1e6:,.0f} MB of findings")
        if not options.no_compare:
            free = audit(extract, "", options.output, Path(temporary))
            print(f"{'no limit':<9}  {free}")
            print(f"{limited.seconds / free.seconds:.2f} times the time, {limited.memory / free.memory:.2f} times the memory")


if __name__ == "__main__":
    main()
