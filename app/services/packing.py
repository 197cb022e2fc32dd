"""Columns of whole numbers from a query as arrays: the server packs them, so that no row becomes a Python object."""

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, LargeBinary, Select, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.services.contents import Ids

AT_ONCE = 200_000
"""Rows in one value; a value may not be larger than a gigabyte."""


def columns(session: Session, query: Select[*tuple[Any, ...]]) -> dict[str, NDArray[np.int64]]:
    """Each column (whole numbers, none null) by its name; rows are in the order of the first, whose values differ."""
    rows = query.subquery()
    names = rows.c.keys()
    packed = reduce(lambda one, other: one.concat(other), (_packed(rows.c[name]) for name in names))
    pages = session.scalars(
        select(func.string_agg(packed, cast(b"", LargeBinary))).group_by(rows.c[names[0]] / AT_ONCE).order_by(None)
    )
    found = np.frombuffer(b"".join(pages), np.dtype([(name, ">i8") for name in names]))
    found = found[np.argsort(found[names[0]], kind="stable")]
    return {name: found[name].astype(np.int64) for name in names}


def _packed(column: Any) -> Any:
    return func.int8send(cast(column, BigInteger), type_=LargeBinary)


def ids(found: Ids) -> Any:
    """Ids as a table of one column, `id`."""
    return select(func.unnest(cast(found.tolist(), ARRAY(BigInteger))).label("id")).subquery()
