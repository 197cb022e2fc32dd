"""Whether the parts of Winnow on this machine live: for the supervisor and for container health checks."""

import socket
import urllib.error
import urllib.request

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.db import transaction
from app.services.jobs import ALIVE_SECONDS
from app.settings import get_settings


def web_answers() -> bool:
    """The web server on this machine answers within two seconds."""
    settings = get_settings()
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def worker_is_alive() -> bool:
    """A worker of this host gave a sign of life in the last half minute."""
    try:
        with transaction() as session:
            return bool(
                session.scalar(
                    text(
                        "SELECT count(*) FROM workers "
                        "WHERE name LIKE :host || ':%' AND seen_at > now() - make_interval(secs => :alive)"
                    ),
                    {"host": socket.gethostname(), "alive": ALIVE_SECONDS},
                )
            )
    except (SQLAlchemyError, RuntimeError):
        return False
