"""Districts, agencies and groups of a plan pack in the database."""

from __future__ import annotations

from typing import NamedTuple

from agencies.models import Agency, AgencyGroup, District

from .. import packs
from .changes import Changes

NAMES = ("name_zh", "name_en")


class Who(NamedTuple):
    """What the names of a pack resolve to: an agency, or a group with its members in order."""

    agencies: dict[str, Agency]
    groups: dict[str, AgencyGroup]
    members: dict[str, list[Agency]]

    def behind(self, words: str) -> list[Agency]:
        """The agencies for which a name as written stands."""
        return [self.agencies[words]] if words in self.agencies else self.members[words]


def load_who(pack: packs.PlanPack, changes: Changes) -> Who:
    """Agencies serve every plan: those that a pack does not name stay as they are."""
    for position, district in enumerate(pack.districts, 1):
        _district(district, position, changes)
    existing = Agency.objects.in_bulk([agency.code for agency in pack.agencies], field_name="code")
    by_code = {
        agency.code: _agency(agency, position, existing.get(agency.code), changes)
        for position, agency in enumerate(pack.agencies, 1)
    }
    groups = {group.name.zh: _group(group, by_code, changes) for group in pack.groups}
    names = {name: by_code[agency.code] for agency in pack.agencies for name in (agency.short, *agency.aliases)}
    members = {group.name.zh: [by_code[code] for code in group.members] for group in pack.groups}
    return Who(names, groups, members)


def _district(district: packs.District, position: int, changes: Changes) -> None:
    row = District.objects.filter(code=district.code).first()
    column, at_row = (district.tile.column, district.tile.row) if district.tile else (None, None)
    wanted = District(
        code=district.code, position=position, tile_column=column, tile_row=at_row, **names(district.name)
    )
    changes.put(f"district {district.code}", row, wanted, (*NAMES, "position", "tile_column", "tile_row"))


def _agency(agency: packs.Agency, position: int, row: Agency | None, changes: Changes) -> Agency:
    wanted = Agency(
        code=agency.code,
        short_name_zh=agency.short,
        short_name_en=agency.short_en,
        aliases=list(agency.aliases),
        kind=agency.kind,
        district_id=agency.district,
        position=position,
        **names(agency.name),
    )
    fields = (*NAMES, "short_name_zh", "short_name_en", "aliases", "kind", "district_id", "position")
    return changes.put(f"agency {agency.code}", row, wanted, fields)


def _group(group: packs.Group, by_code: dict[str, Agency], changes: Changes) -> AgencyGroup:
    row = AgencyGroup.objects.filter(code=group.code).first()
    wanted = AgencyGroup(code=group.code, **names(group.name))
    row = changes.put(f"group {group.code}", row, wanted, NAMES)
    before = sorted(row.members.values_list("code", flat=True))
    row.members.set([by_code[code] for code in group.members])
    if f"group {group.code}" not in changes.created:
        changes.note(f"group {group.code}", {"members": before}, {"members": sorted(group.members)})
    return row


def names(name: packs.Named) -> dict[str, str]:
    """A name of a pack as the two fields of a row."""
    return {"name_zh": name.zh, "name_en": name.en}
