"""The books. Lots, holdings, transactions and moves are plain SQL on both engines.

A lot's holdings are one chain: every `nxt` is the `lo` of the following row (deferred
key), no two rows have the same `nxt` (partial unique index), one row closes the lot,
and the lot itself points to a row at its first and at its next number. Counting shows
that nothing else can be written: n rows have n-1 distinct `nxt`, so exactly one row has
no predecessor, and that is the row at 1.

Both engines get the same tables; only types, sequences and trigger syntax differ.
"""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import keep_rows, protect

PROGRAM_PLACE = 10**16

TABLES = """
CREATE TABLE ledger_lot (
    id {bigint} NOT NULL PRIMARY KEY,
    program_id smallint NOT NULL REFERENCES ledger_program (number),
    code varchar(20) NOT NULL,
    first {bigint} NOT NULL DEFAULT 1 CHECK (first = 1),
    next_serial {bigint} NOT NULL DEFAULT 1 CHECK (next_serial >= 1),
    CONSTRAINT lot_code_once UNIQUE (program_id, code),
    CONSTRAINT lot_of_its_program CHECK (id / {place} = program_id)
    {lot_keys}
);
CREATE TABLE ledger_tx (
    id {bigint} NOT NULL PRIMARY KEY,
    type varchar(24) NOT NULL,
    ground varchar(400) NOT NULL,
    cite varchar(200) NOT NULL,
    actor varchar(60) NOT NULL,
    source_id {bigint} NULL REFERENCES ledger_account (id),
    destination_id {bigint} NOT NULL REFERENCES ledger_account (id),
    quantity {bigint} NOT NULL,
    "key" {uuid} NOT NULL,
    fingerprint varchar(32) NOT NULL,
    submitted_at {instant} NOT NULL,
    recorded_at {instant} NOT NULL,
    mends_id {bigint} NULL REFERENCES ledger_tx (id),
    CONSTRAINT tx_key_once UNIQUE ("key"),
    CONSTRAINT tx_whole CHECK (quantity >= 1),
    CONSTRAINT tx_two_accounts CHECK (source_id <> destination_id),
    CONSTRAINT tx_one_program CHECK (source_id / {place} = destination_id / {place})
);
CREATE INDEX tx_source ON ledger_tx (source_id, id) WHERE source_id IS NOT NULL;
CREATE INDEX tx_destination ON ledger_tx (destination_id, id);
CREATE INDEX tx_mends ON ledger_tx (mends_id) WHERE mends_id IS NOT NULL;
CREATE TABLE ledger_move (
    id {bigint} NOT NULL PRIMARY KEY,
    tx_id {bigint} NOT NULL REFERENCES ledger_tx (id),
    lot_id {bigint} NOT NULL REFERENCES ledger_lot (id),
    lo {bigint} NOT NULL,
    hi {bigint} NOT NULL,
    from_id {bigint} NULL,
    to_id {bigint} NOT NULL,
    prev_id {bigint} NULL,
    tier smallint NOT NULL,
    CONSTRAINT move_not_empty CHECK (lo >= 1 AND hi >= lo),
    CONSTRAINT move_of_its_tx CHECK (id / 1000000 = tx_id),
    CONSTRAINT move_one_program CHECK (to_id / {place} = lot_id / {place}),
    CONSTRAINT move_follows_one CHECK ((from_id IS NULL) = (prev_id IS NULL))
);
CREATE UNIQUE INDEX move_follows_once ON ledger_move (prev_id, lo) WHERE prev_id IS NOT NULL;
CREATE UNIQUE INDEX move_created_once ON ledger_move (lot_id, lo) WHERE prev_id IS NULL;
CREATE TABLE ledger_holding (
    lot_id {bigint} NOT NULL,
    lo {bigint} NOT NULL,
    nxt {bigint} NULL,
    account_id {bigint} NULL REFERENCES ledger_account (id),
    move_id {bigint} NULL,
    tier smallint NULL,
    reservation_id bigint NULL REFERENCES ledger_reservation (id),
    PRIMARY KEY (lot_id, lo),
    CONSTRAINT holding_not_empty CHECK (lo >= 1 AND nxt > lo),
    CONSTRAINT holding_held CHECK (
        (nxt IS NULL) = (account_id IS NULL)
        AND (nxt IS NULL) = (move_id IS NULL)
        AND (nxt IS NULL) = (tier IS NULL)
    ),
    CONSTRAINT holding_one_program CHECK (account_id / {place} = lot_id / {place}),
    CONSTRAINT holding_chained FOREIGN KEY (lot_id, nxt)
        REFERENCES ledger_holding (lot_id, lo) DEFERRABLE INITIALLY DEFERRED
){without_rowid};
CREATE UNIQUE INDEX holding_nxt_once ON ledger_holding (lot_id, nxt) WHERE nxt IS NOT NULL;
CREATE UNIQUE INDEX holding_closes_once ON ledger_holding (lot_id) WHERE nxt IS NULL;
CREATE INDEX holding_account ON ledger_holding (account_id, lot_id, lo);
CREATE INDEX holding_reserved ON ledger_holding (reservation_id) WHERE reservation_id IS NOT NULL
"""

LOT_KEYS = (
    "CONSTRAINT lot_begins FOREIGN KEY (id, first)"
    " REFERENCES ledger_holding (lot_id, lo) DEFERRABLE INITIALLY DEFERRED",
    "CONSTRAINT lot_ends FOREIGN KEY (id, next_serial)"
    " REFERENCES ledger_holding (lot_id, lo) DEFERRABLE INITIALLY DEFERRED",
)
FIXED = {
    "ledger_holding": "lot_id, lo",
    "ledger_lot": "id, program_id, code, first",
    "ledger_account": "id, program_id, number, kind",
}


def postgresql_statements():
    yield TABLES.format(
        bigint="bigint",
        uuid="uuid",
        instant="timestamptz",
        place=PROGRAM_PLACE,
        lot_keys="",
        without_rowid="",
    )
    for key in LOT_KEYS:
        yield f"ALTER TABLE ledger_lot ADD {key}"
    yield "CREATE SEQUENCE ledger_tx_number"
    # Holdings are updated in place all the time: room on the page keeps them there.
    yield "ALTER TABLE ledger_holding SET (fillfactor = 80)"


def sqlite_statements():
    yield from TABLES.format(
        bigint="bigint",
        uuid="char(32)",
        instant="datetime",
        place=PROGRAM_PLACE,
        lot_keys=", " + ", ".join(LOT_KEYS),
        without_rowid=" WITHOUT ROWID",
    ).split(";")


def make_tables(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in postgresql_statements() if postgresql else sqlite_statements():
        schema_editor.execute(statement, params=None)


def fix_columns(apps, schema_editor):
    """Refuse any statement that sets a column by which others find the row."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table, columns in FIXED.items():
        body = (
            "FOR EACH STATEMENT EXECUTE FUNCTION trueup_refuse_change()"
            if postgresql
            else f"BEGIN SELECT RAISE(ABORT, 'UPDATE is refused: the rows of {table} are kept'); END"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {columns} ON {table} {body}",
            params=None,
        )


def account(name="account", **options):
    return (name, models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="ledger.account", **options))


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Program",
            fields=[
                ("number", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=20, unique=True)),
                ("accounts_opened", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("number__range", (1, 89))), name="program_number")],
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=12, unique=True)),
                ("kind", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=200)),
                ("jurisdiction", models.CharField(blank=True, max_length=3)),
                ("purpose", models.CharField(blank=True, max_length=40)),
                ("state", models.CharField(default="open", max_length=8)),
                ("opened_at", models.DateTimeField()),
                ("program", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="ledger.program")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["program", "kind", "jurisdiction", "id"], name="account_browse"),
                    models.Index(fields=["program", "name"], name="account_name"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", ("compliance", "general", "holding", "origination", "retirement"))), name="account_kind"),
                    models.CheckConstraint(condition=models.Q(("state__in", ("open", "frozen", "closed"))), name="account_state"),
                    models.UniqueConstraint(condition=models.Q(("purpose", ""), _negated=True), fields=("program", "jurisdiction", "purpose"), name="account_one_a_purpose"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", models.CharField(blank=True, max_length=200)),
                ("placed_at", models.DateTimeField()),
                account(),
            ],
        ),
        migrations.CreateModel(
            name="Lot",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=20)),
                ("first", models.BigIntegerField(default=1)),
                ("next_serial", models.BigIntegerField(default=1)),
            ],
            options={"db_table": "ledger_lot", "managed": False},
        ),
        migrations.CreateModel(
            name="Transaction",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("type", models.CharField(max_length=24)),
                ("ground", models.CharField(max_length=400)),
                ("cite", models.CharField(max_length=200)),
                ("actor", models.CharField(max_length=60)),
                ("quantity", models.BigIntegerField()),
                ("key", models.UUIDField(unique=True)),
                ("fingerprint", models.CharField(max_length=32)),
                ("submitted_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={"db_table": "ledger_tx", "managed": False},
        ),
        migrations.CreateModel(
            name="Move",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("lo", models.BigIntegerField()),
                ("hi", models.BigIntegerField()),
                ("tier", models.SmallIntegerField()),
            ],
            options={"db_table": "ledger_move", "managed": False},
        ),
        migrations.CreateModel(
            name="Holding",
            fields=[
                ("pk", models.CompositePrimaryKey("lot_id", "lo", blank=True, editable=False, primary_key=True, serialize=False)),
                ("lo", models.BigIntegerField()),
                ("nxt", models.BigIntegerField(null=True)),
                ("tier", models.SmallIntegerField(null=True)),
            ],
            options={"db_table": "ledger_holding", "managed": False},
        ),
        migrations.RunPython(make_tables, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Issue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lo", models.BigIntegerField()),
                ("hi", models.BigIntegerField()),
                ("vintage", models.PositiveSmallIntegerField()),
                ("created_at", models.DateTimeField()),
                ("lot", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="ledger.lot")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("hi__gte", models.F("lo")), ("lo__gte", 1)), name="issue_not_empty"),
                    models.UniqueConstraint(fields=("lot", "lo"), name="issue_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("vintage_max", models.PositiveSmallIntegerField()),
                ("ground", models.CharField(max_length=200)),
                ("placed_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(null=True)),
                account(),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("released_at", None)), fields=("account", "ground"), name="hold_one_a_ground"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owed", models.PositiveBigIntegerField()),
                ("taken", models.PositiveBigIntegerField(default=0)),
                ("vintage_max", models.PositiveSmallIntegerField()),
                ("ground", models.CharField(max_length=200)),
                ("placed_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                account(related_name="claims"),
                account("destination", related_name="+"),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("taken__lt", models.F("owed")), ("withdrawn_at", None)), fields=["account"], name="claim_open"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("taken__lte", models.F("owed"))), name="claim_not_overtaken"),
                ],
            },
        ),
        protect("ledger_tx", keys=(("id",), ("key",))),
        protect("ledger_move", keys=(("id",), ("prev_id", "lo"))),
        protect("ledger_issue", keys=(("id",), ("lot_id", "lo"))),
        keep_rows("ledger_holding", keys=(("lot_id", "lo"), ("lot_id", "nxt"))),
        keep_rows("ledger_lot", keys=(("id",), ("program_id", "code"))),
        keep_rows("ledger_account", keys=(("id",), ("number",))),
        keep_rows("ledger_program", keys=(("number",), ("code",))),
        migrations.RunPython(fix_columns, migrations.RunPython.noop),
    ]
