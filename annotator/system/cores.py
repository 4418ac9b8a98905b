"""How many cores this process may use."""

from __future__ import annotations

import os
from pathlib import Path

_CPUS = Path("/sys/devices/system/cpu")
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores() -> int:
    """Physical cores that this process may run on, at most what its container may use and `OMP_NUM_THREADS` says."""
    limits = [_physical_cores()]
    try:
        quota, period = _QUOTA.read_text(encoding="ascii").split()
        limits.append(int(quota) // int(period))
    except (OSError, ValueError):  # not in a container, or one without a limit
        pass
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal():
        limits.append(int(asked))
    return max(1, min(limits))


def _physical_cores() -> int:
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    cpus = os.sched_getaffinity(0)
    try:  # threads of one core name the same siblings
        return len({(_CPUS / f"cpu{cpu}/topology/thread_siblings_list").read_text(encoding="ascii") for cpu in cpus})
    except OSError:
        return len(cpus)
