"""How the document tells of lines, pushes and evidence."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from targets.rules import Accumulation, Stage

from ..models import Evidence, Push
from ..models.submissions import State
from ..services.bulk import Outcome

NUMBER = "Decimal string with plain digits; null: nothing reported, which is never zero."


class DoubtWords(serializers.Serializer):
    """What is doubtful about a figure: it asks for an explanation and forbids nothing."""

    code = serializers.CharField()
    words = serializers.CharField()


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "number"}]})
class NumberIn(serializers.CharField):
    """A number as it is sent."""


class LineIn(serializers.Serializer):
    """What a line is to say. A member that is left out stays as it is; null is "nothing reported"."""

    value = NumberIn(
        required=False, allow_null=True, help_text="The quarter's number: a decimal string or a JSON number."
    )
    numerator = NumberIn(required=False, allow_null=True, help_text="Of a ratio, with its denominator; likewise.")
    denominator = NumberIn(required=False, allow_null=True, help_text="Of a ratio, greater than zero; likewise.")
    stage = serializers.ChoiceField(
        [str(one) for one in Stage], required=False, allow_null=True, help_text="Of a milestone."
    )
    actual_on = serializers.DateField(required=False, allow_null=True, help_text="Of a milestone that is done.")
    words = serializers.CharField(required=False, allow_null=True, max_length=2000, help_text="Note to the figure.")
    nothing_because = serializers.CharField(
        required=False, allow_null=True, max_length=2000, help_text="Why there is nothing to report."
    )
    explanation = serializers.CharField(
        required=False, allow_null=True, max_length=2000, help_text="Answers the doubts about the figure."
    )


class RowIn(LineIn):
    """One line, named by its target and district."""

    target = serializers.CharField(help_text="The target's code.")
    district = serializers.CharField(
        required=False, allow_null=True,
        help_text="GB/T 2260 code; may be left out where the packet has one line for the target.",
    )  # fmt: skip
    version = serializers.IntegerField(
        required=False, allow_null=True, help_text="The version that was read: rejected when it changed since."
    )


class RowsIn(serializers.Serializer):
    """Lines of a packet, at most 10 000."""

    rows = RowIn(many=True)


class ReasonIn(serializers.Serializer):
    """Why."""

    reason = serializers.CharField(max_length=2000)


class EntryRow(serializers.Serializer):
    """One line of a packet: what an agency reports for one target, for the city or one district, in one quarter."""

    target = serializers.CharField()
    district = serializers.CharField(allow_null=True, help_text="GB/T 2260 code; null for the whole city.")
    scope = serializers.CharField(help_text="Names the line within its target: the district's or the agency's code.")
    state = serializers.ChoiceField(State.choices)
    version = serializers.IntegerField()
    unit = serializers.CharField(help_text="Empty for a milestone.")
    accumulation = serializers.ChoiceField(
        [str(one) for one in Accumulation], allow_null=True, help_text="What one number means; null for a milestone."
    )
    value = serializers.CharField(allow_null=True, help_text=NUMBER)
    numerator = serializers.CharField(allow_null=True, help_text=NUMBER)
    denominator = serializers.CharField(allow_null=True, help_text=NUMBER)
    stage = serializers.ChoiceField([str(one) for one in Stage], allow_null=True)
    actual_on = serializers.DateField(allow_null=True)
    words = serializers.CharField()
    nothing_because = serializers.CharField()
    doubts = DoubtWords(many=True)
    explanation = serializers.CharField()
    correction_reason = serializers.CharField(help_text="Why an accepted figure is replaced; empty otherwise.")
    return_reason = serializers.CharField(help_text="Why it was sent back; empty otherwise.")
    returned_until = serializers.DateTimeField(
        allow_null=True,
        help_text="Until when it can be entered again, where neither quarter nor extension last longer.",
    )
    evidence = serializers.IntegerField(help_text="How many files and links support it.")


class PushedRow(serializers.Serializer):
    """What became of one row that was sent."""

    index = serializers.IntegerField(help_text="Its place in what was sent, from 0.")
    target = serializers.CharField(help_text="As it was sent; empty where the row names none.")
    district = serializers.CharField(allow_null=True)
    outcome = serializers.ChoiceField(
        [str(one) for one in Outcome],
        help_text="In a dry run, and in a job that was rejected as a whole: what would have become of it.",
    )
    version = serializers.IntegerField(
        allow_null=True, help_text="Of the line as it stands; null where the row names no line."
    )
    code = serializers.CharField(allow_null=True, help_text="Why it was rejected; see the list of error codes.")
    field = serializers.CharField(allow_null=True, help_text="Which field is to blame.")
    words = serializers.CharField(allow_null=True, help_text="The same in one sentence.")
    doubts = DoubtWords(many=True)


class Counts(serializers.Serializer):
    """Rows by what became of them."""

    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()


class PushRow(serializers.Serializer):
    """What became of a push."""

    dry_run = serializers.BooleanField()
    atomic = serializers.BooleanField()
    counts = Counts()
    rows = PushedRow(many=True)


class JobRow(serializers.Serializer):
    """A push that runs in the worker."""

    id = serializers.UUIDField()
    plan = serializers.CharField()
    agency = serializers.CharField()
    period = serializers.CharField()
    state = serializers.ChoiceField(Push.State.choices)
    dry_run = serializers.BooleanField()
    atomic = serializers.BooleanField()
    rows_total = serializers.IntegerField()
    rows_done = serializers.IntegerField()
    counts = Counts()
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    rows = serializers.CharField(help_text="Address of what became of each row.")


class EvidenceRow(serializers.Serializer):
    """One file or link that supports a line."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Evidence.Kind.choices)
    title = serializers.CharField()
    url = serializers.CharField(allow_null=True, help_text="Of a link.")
    media_type = serializers.CharField(allow_null=True)
    size = serializers.IntegerField(allow_null=True, help_text="Bytes of a file.")
    sha256 = serializers.CharField(allow_null=True, help_text="Of a file's content, in hexadecimal digits.")
    added_at = serializers.DateTimeField()


class EvidenceList(serializers.Serializer):
    """What supports a line."""

    results = EvidenceRow(many=True)


class LinkIn(serializers.Serializer):
    """A page that supports a line."""

    url = serializers.CharField(max_length=1000)
    title = serializers.CharField(required=False)


@extend_schema_field(OpenApiTypes.BINARY)
class Upload(serializers.FileField):
    """A file as it is sent."""


class FileIn(serializers.Serializer):
    """A file that supports a line."""

    file = Upload()
