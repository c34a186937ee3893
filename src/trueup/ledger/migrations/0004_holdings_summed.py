# Sums of holdings are read from the index alone: a million rows lie all over the table.

from django.db import migrations

SUMMED = "CREATE INDEX holding_account ON ledger_holding (account_id, lot_id, lo, nxt, reservation_id)"
SOUGHT = "CREATE INDEX holding_account ON ledger_holding (account_id, lot_id, lo)"
GONE = "DROP INDEX holding_account"


class Migration(migrations.Migration):

    dependencies = [
        ("ledger", "0003_credits"),
    ]

    operations = [
        migrations.RunSQL([GONE, SUMMED], [GONE, SOUGHT]),
    ]
