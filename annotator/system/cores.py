"""The number of cores that this process may use.

Not `loky.cpu_count(only_physical_cores=True)`: loky 3.7 prints a warning and a traceback wherever /proc/cpuinfo lists
no core ids, as on ARM, and cannot be told not to.
"""

from __future__ import annotations

import os
from pathlib import Path

_CPUS = Path("/sys/devices/system/cpu")
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores() -> int:
    """Physical cores that this process may run on, within the limits of its container and of `OMP_NUM_THREADS`."""
    limits = [_physical_cores()]
    try:
        quota, period = _QUOTA.read_text(encoding="ascii").split()
        limits.append(int(quota) // int(period))
    except (OSError, ValueError):  # not in a container, or in one without a limit
        pass
    threads = os.environ.get("OMP_NUM_THREADS", "")
    if threads.isdecimal():
        limits.append(int(threads))
    return max(1, min(limits))


def _physical_cores() -> int:
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    cpus = os.sched_getaffinity(0)
    try:  # threads of one core name the same siblings
        return len({(_CPUS / f"cpu{cpu}/topology/thread_siblings_list").read_text(encoding="ascii") for cpu in cpus})
    except OSError:
        return len(cpus)
