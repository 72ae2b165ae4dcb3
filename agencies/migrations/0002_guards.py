from django.db import migrations

from agencies.guards import AppendOnly, CreateRefuse, Immutable


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_initial")]

    operations = [
        CreateRefuse(),
        AppendOnly("agencies_auditevent", "the audit log is append-only"),
        Immutable("agencies_district", ["code"]),
        Immutable("agencies_agency", ["code"]),
        Immutable("agencies_user", ["username"]),
    ]
