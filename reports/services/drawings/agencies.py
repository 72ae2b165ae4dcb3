"""The lead agencies of a plan."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext

from ...charts import agencies
from ...charts.theme import Caption
from ...frames.agencies import agency_frame
from ...selectors.agencies import lead_rows
from ...wording import STATUS_ORDER, status_word
from .drawn import Asked, Drawn, basis_words, table_of

MOST = 40  # agencies in one figure; its table has all of them


def leads(asked: Asked) -> Drawn:
    statuses = [status.value for status in STATUS_ORDER]
    frame = agency_frame(lead_rows(asked.moment), statuses)
    drawn = frame.head(MOST)
    caption = Caption(gettext("Targets that each agency leads, by status"), basis_words(asked))
    addresses = [reverse("agency", args=[code]) for code in drawn["code"]]
    headings = {"code": gettext("Code of the agency"), "agency": gettext("Agency"), "led": gettext("Leads")}
    headings |= {"lagging": gettext("Lag")} | {status: status_word(status) for status in statuses}
    return Drawn(agencies.agencies(drawn, caption, statuses, addresses), table_of(frame, headings))
