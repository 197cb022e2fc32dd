"""Find the services for a command: external ones, those of a running Winnow, or embedded ones started for the occasion."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from app import embedded, home, queue
from app.db import forget_engine
from app.settings import Settings, get_settings


@contextmanager
def services(*, for_good: bool = False) -> Iterator[Settings]:
    """Settings with both addresses filled in. `for_good` insists on holding the home directory, as `winnow up` must.

    HomeError, embedded.StartFailed.
    """
    settings = get_settings()
    with ExitStack() as stack:
        if for_good:
            stack.enter_context(home.locked(settings.home))
        elif not settings.database_url and (found := home.running(settings.home)):
            yield use(**found)
            return
        if not for_good and not settings.database_url:
            stack.enter_context(home.locked(settings.home))
        database_url = settings.database_url or stack.enter_context(embedded.postgres(settings.home))
        redis_url = settings.redis_url or stack.enter_context(embedded.valkey(settings.home))
        yield use(database_url=database_url, redis_url=redis_url)
        forget_engine()


def use(database_url: str, redis_url: str) -> Settings:
    """Make the addresses this process's settings, and its children's."""
    os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = database_url, redis_url
    get_settings.cache_clear()
    forget_engine()
    queue.forget()
    return get_settings()
