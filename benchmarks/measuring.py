"""What one whole process takes."""

from __future__ import annotations

import os
import subprocess
import time


def measure(command: list[str], allowed: tuple[int, ...] = (0,)) -> tuple[float, float]:
    """Seconds and peak MiB of one whole process, which must end with one of the allowed exit codes."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in allowed:
        raise SystemExit(f"failed: {' '.join(command[:4])}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024
