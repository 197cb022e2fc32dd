"""Run migrations on the engine or address that `app.migrate` gives."""

from alembic import context

from app.db import make_engine
from app.models import Base


def run() -> None:
    url = context.config.attributes.get("url") or context.config.get_main_option("sqlalchemy.url")
    if not url:
        from app.settings import get_settings

        url = get_settings().database_url
    engine = make_engine(url, pool_size=1)
    with engine.connect() as connection:
        # Two processes that start at once must not migrate at once; the lock goes with the connection.
        connection.exec_driver_sql("SELECT pg_advisory_lock(730117)")
        connection.commit()
        connection.exec_driver_sql("SET lock_timeout = '4s'")
        context.configure(
            connection=connection, target_metadata=Base.metadata, compare_type=True, compare_server_default=True
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
