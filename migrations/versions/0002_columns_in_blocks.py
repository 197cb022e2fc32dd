"""Measures and signatures as columns of blocks, pairs per dataset, verdicts of dropped samples only, search apart

Measures, signatures and pairs are a cache: they are dropped, and the next run makes them again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What is derived from a sample goes with it. The parts that name their samples by key only are looked after here.
FORGET = """
CREATE FUNCTION forget_deleted_samples() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM sample_search USING gone WHERE sample_search.sample_id = gone.id;
    DELETE FROM blocks WHERE id IN (
        SELECT (SELECT b.id FROM blocks b WHERE b.dataset_id = gone.dataset_id AND b.first_id <= gone.id
                  AND b.last_id >= gone.id ORDER BY b.first_id DESC LIMIT 1) FROM gone);
    DELETE FROM pair_sets WHERE dataset_id IN (SELECT dataset_id FROM gone);
    INSERT INTO state_counts (dataset_id, corpus_id, state, samples)
        SELECT gone.dataset_id, corpus_id, unnest(ARRAY[gone.state, 'deleted']), unnest(ARRAY[-count(*), count(*)]) FROM gone
        JOIN corpora ON corpora.id = gone.corpus_id GROUP BY gone.dataset_id, corpus_id, gone.state;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_deleted_samples AFTER DELETE ON samples
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_deleted_samples();
"""

# Candidates are what is left of a corpus, so that an import counts nothing here. Publishing counts for itself.
COUNT = """
CREATE FUNCTION count_states() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO state_counts (dataset_id, corpus_id, state, samples) VALUES (NEW.dataset_id, NEW.corpus_id, NEW.state, 1);
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO state_counts (dataset_id, corpus_id, state, samples)
            VALUES (OLD.dataset_id, OLD.corpus_id, OLD.state, -1);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER count_new_states AFTER INSERT ON samples FOR EACH ROW
    WHEN (NEW.state <> 'candidate') EXECUTE FUNCTION count_states();
CREATE TRIGGER count_changed_states AFTER UPDATE OF state ON samples FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND current_setting('winnow.counting', true) IS DISTINCT FROM 'off')
    EXECUTE FUNCTION count_states();
"""

WIDE = {
    "blocks": ["ids", "corpora"],
    "block_columns": ["values"],
    "block_signatures": ["values"],
    "pair_blocks": ["firsts", "seconds", "similarities", "equal"],
    "run_blocks": ["failing", "copies"],
}


def upgrade() -> None:
    for table in ("measured", "signatures", "near_pairs"):
        op.drop_table(table)
    _blocks()
    _pairs()
    _runs()
    _search()
    for table, columns in WIDE.items():
        for column in columns:  # compressing numbers costs more than reading them
            op.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STORAGE EXTERNAL')
    op.add_column("corpora", sa.Column("trusted", sa.Boolean(), server_default="false", nullable=False))
    op.create_index(
        "ix_samples_overruled", "samples", ["dataset_id", "id"], postgresql_where="overruled_at IS NOT NULL"
    )
    _counts()
    op.execute(FORGET)
    op.execute(COUNT)


def _blocks() -> None:
    op.create_table(
        "blocks",
        _key(),
        _parent("blocks", "dataset_id", "datasets"),
        _number("first_id"),
        _number("last_id"),
        _number("samples"),
        _bytes("ids"),
        _bytes("corpora"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocks")),
        sa.UniqueConstraint("dataset_id", "first_id", name=op.f("uq_blocks_dataset_id_first_id")),
    )
    op.create_table(
        "block_columns",
        _parent("block_columns", "set_id", "measure_sets", ondelete=None),
        _text("measure"),
        _parent("block_columns", "block_id", "blocks"),
        _text("dtype"),
        _bytes("values"),
        sa.PrimaryKeyConstraint("set_id", "measure", "block_id", name=op.f("pk_block_columns")),
    )
    op.create_index(op.f("ix_block_columns_block_id"), "block_columns", ["block_id"])
    op.create_table(
        "block_signatures",
        _text("config"),
        _parent("block_signatures", "block_id", "blocks"),
        _text("deduplicator"),
        _bytes("values"),
        sa.PrimaryKeyConstraint("config", "block_id", name=op.f("pk_block_signatures")),
    )
    op.create_index(op.f("ix_block_signatures_block_id"), "block_signatures", ["block_id"])


def _pairs() -> None:
    op.create_table(
        "pair_sets",
        _key(),
        _parent("pair_sets", "dataset_id", "datasets"),
        _text("deduplicator"),
        _text("config"),
        sa.Column("threshold", sa.Double(), nullable=False),
        _number("last_sample_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_sets")),
        sa.UniqueConstraint("dataset_id", "config", name=op.f("uq_pair_sets_dataset_id_config")),
    )
    op.create_table(
        "pair_blocks",
        _parent("pair_blocks", "pair_set_id", "pair_sets"),
        _number("number"),
        *map(_bytes, ("firsts", "seconds", "similarities", "equal")),
        sa.PrimaryKeyConstraint("pair_set_id", "number", name=op.f("pk_pair_blocks")),
    )
    op.create_table(
        "survivor_choices",
        _parent("survivor_choices", "sample_id", "samples"),
        _parent("survivor_choices", "dataset_id", "datasets"),
        _parent("survivor_choices", "chosen_by", "users", ondelete=None),
        sa.PrimaryKeyConstraint("sample_id", name=op.f("pk_survivor_choices")),
    )
    op.create_index(op.f("ix_survivor_choices_dataset_id"), "survivor_choices", ["dataset_id"])


def _runs() -> None:
    op.create_table(
        "run_blocks",
        _parent("run_blocks", "run_id", "runs"),
        _parent("run_blocks", "block_id", "blocks"),
        _bytes("failing"),
        _bytes("copies"),
        sa.Column("conflicts", sa.LargeBinary(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("run_id", "block_id", name=op.f("pk_run_blocks")),
    )
    op.create_index(op.f("ix_run_blocks_block_id"), "run_blocks", ["block_id"])
    op.add_column("runs", sa.Column("details", postgresql.JSONB(), server_default="{}", nullable=False))
    op.execute(
        """
        UPDATE runs SET details = jsonb_build_object('rules', coalesce((
            SELECT jsonb_object_agg(reason, jsonb_build_object('failed', failed, 'alone', alone)) FROM (
                SELECT reason, count(*) AS failed, count(*) FILTER (WHERE cardinality(reasons) = 1) AS alone
                FROM verdicts, unnest(reasons) AS reason WHERE run_id = runs.id AND NOT kept GROUP BY reason
            ) AS found), '{}')) WHERE published
        """
    )
    op.drop_index("ix_verdicts_reasons", table_name="verdicts")
    op.execute("DELETE FROM verdicts WHERE kept")
    op.drop_column("verdicts", "kept")
    op.alter_column("verdicts", "reasons", server_default=None)
    op.create_index("ix_verdicts_reasons", "verdicts", ["reasons"], postgresql_using="gin")
    op.create_index(
        "ix_verdicts_copies", "verdicts", ["run_id", "duplicate_of"], postgresql_where="duplicate_of IS NOT NULL"
    )


def _counts() -> None:
    op.create_table(
        "state_counts",
        _key(),
        _parent("state_counts", "dataset_id", "datasets"),
        _parent("state_counts", "corpus_id", "corpora"),
        _text("state"),
        _number("samples"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_counts")),
    )
    op.create_index(op.f("ix_state_counts_dataset_id"), "state_counts", ["dataset_id"])
    op.create_index(op.f("ix_state_counts_corpus_id"), "state_counts", ["corpus_id"])
    op.execute(
        """
        INSERT INTO state_counts (dataset_id, corpus_id, state, samples)
        SELECT dataset_id, corpus_id, state, count(*) FROM samples WHERE state <> 'candidate' GROUP BY 1, 2, 3
        """
    )


def _search() -> None:
    op.create_table(
        "sample_search",
        _number("sample_id"),
        _number("dataset_id"),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("sample_id", name=op.f("pk_sample_search")),
    )
    op.execute("INSERT INTO sample_search SELECT id, dataset_id, search FROM samples ORDER BY id")
    op.create_index("ix_sample_search_search", "sample_search", ["search"], postgresql_using="gin")
    op.drop_column("samples", "search")


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _parent(table: str, name: str, parent: str, ondelete: str | None = "CASCADE") -> sa.Column[int]:
    key = sa.ForeignKey(f"{parent}.id", name=op.f(f"fk_{table}_{name}_{parent}"), ondelete=ondelete)
    return sa.Column(name, sa.BigInteger(), key, nullable=False)


def downgrade() -> None:
    raise NotImplementedError("Measures are made again by a run; go back to an older version with a backup.")
