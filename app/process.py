"""How a long-lived process shares its machine with the others: little looking for garbage, and turns by rank."""

import gc
import os
from contextlib import suppress
from pathlib import Path
from typing import Any


def settle() -> None:
    """Leave all that is loaded so far out of garbage collection, and look for garbage less often.

    Modules and templates never become garbage, yet each thorough search walks through all of them: half of the time
    that rows of a release took, and pauses of tens of milliseconds under a page that somebody waits for.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def rank_alike(connection: Any) -> None:
    """Give the database's process behind a psycopg connection the rank (nice) of this one, on the same machine only.

    A worker makes way for web servers; without this its half of the work, done inside the database, would not.
    """
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    if mine > 0 and str(connection.info.host).startswith("/"):
        number = connection.info.backend_pid
        # A socket may be shared into a container, where the number is that of another process, or of none.
        with suppress(OSError):
            if Path(f"/proc/{number}/comm").read_text().startswith("postgres"):
                os.setpriority(os.PRIO_PROCESS, number, mine)
