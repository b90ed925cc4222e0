"""What one whole process takes."""

from __future__ import annotations

import os
import subprocess
import time
from typing import NamedTuple


class Taken(NamedTuple):
    """Seconds by the clock, peak MiB, and seconds of processor: these tell more where other work shares the machine."""

    seconds: float
    memory: float
    processor: float


def measure(command: list[str], allowed: tuple[int, ...] = (0,)) -> tuple[float, float]:
    """Seconds and peak MiB of one whole process, which must end with one of the allowed exit codes."""
    return measure_all(command, allowed)[:2]


def measure_all(command: list[str], allowed: tuple[int, ...] = (0,)) -> Taken:
    """The same, with the seconds of processor."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in allowed:
        raise SystemExit(f"failed: {' '.join(command[:4])}")
    return Taken(time.perf_counter() - start, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)
