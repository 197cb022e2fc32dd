"""A worker makes way: the database's half of its work has its rank; what is loaded is not searched for garbage."""

import gc
import os
import subprocess
import sys

from app import process

_ASK = """
import os, sys
from sqlalchemy import text
from app.db import make_engine
with make_engine(sys.argv[1]).connect() as connection:
    print(os.getpriority(os.PRIO_PROCESS, connection.scalar(text("SELECT pg_backend_pid()"))))
"""


def test_the_database_works_for_a_process_at_that_process_s_rank(postgres: str) -> None:
    def rank(*before: str) -> int:
        return int(subprocess.run([*before, sys.executable, "-c", _ASK, postgres], stdout=subprocess.PIPE).stdout)

    usual = os.getpriority(os.PRIO_PROCESS, 0)
    assert rank("nice", "-n", "7") == usual + 7
    if usual == 0:
        assert rank() == 0


def test_what_is_loaded_is_left_out_of_garbage_collection() -> None:
    thresholds = gc.get_threshold()
    try:
        process.settle()
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
