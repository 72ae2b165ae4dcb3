"""Systems that speak for an agency through the API, their keys, and what they were answered."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..querysets import SystemQuerySet
from ..roles import SCOPES, Scope
from .people import User
from .places import Agency

HASH = "^[0-9a-f]{64}$"
ACCOUNT = "api-"  # how the user names of the accounts of systems begin
TRUSTED = "trusted-lines"  # in whose name lines are accepted that the plan trusts; nobody signs in with it


def is_reserved(username: str) -> bool:
    """Whether a user name is one that the product gives to accounts of its own."""
    name = username.casefold()
    return name == TRUSTED or name.startswith(ACCOUNT)


class System(models.Model):
    """One computer system of an agency that uses the API, for example a district's data platform.

    It acts as `user`, an account of its own that cannot sign in: the audit log and the ledger name it like a person.
    What it may do are the memberships of that account (`agencies.roles.SCOPES`), so that services ask as ever.
    `networks` are the addresses it may call from, as CIDR; empty: from anywhere. `oauth_client` is its name at the
    central identity service; empty where it uses keys alone. Ended systems are kept: the ledger names them.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="systems", verbose_name=_("agency"))
    name = models.CharField(_("name"), max_length=100)
    user = models.OneToOneField(User, models.PROTECT, related_name="system", verbose_name=_("account"))
    networks = models.JSONField(_("allowed networks"), default=list, blank=True)
    oauth_client = models.CharField(_("client at the central identity service"), max_length=200, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("connected by"))
    created_at = models.DateTimeField(_("connected at"))
    ended_at = models.DateTimeField(_("disconnected at"), null=True, blank=True)

    objects = SystemQuerySet.as_manager()
    came_with: ApiKey | None = None  # of a system that calls: its key; null with a token

    class Meta:
        ordering = ["agency", "name", "pk"]
        verbose_name = _("connected system")
        verbose_name_plural = _("connected systems")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "name"], condition=Q(ended_at__isnull=True), name="system_name_once_per_agency"
            ),
            models.UniqueConstraint(
                fields=["oauth_client"],
                condition=~Q(oauth_client="") & Q(ended_at__isnull=True),
                name="system_one_per_oauth_client",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scopes(self) -> list[Scope]:
        """What it may do, in the order of the roles."""
        held = {role for role, _agency in self.user.roles}
        return [scope for scope, role in SCOPES.items() if role in held]


class ApiKey(models.Model):
    """One secret of a system, `nib_<prefix>_<secret>`, shown once; only the SHA-256 of the whole key is kept.

    A system may have two at a time: rotation makes a new one and lets the old one expire a little later.
    `last_used_at` is written at most once a minute.
    """

    system = models.ForeignKey(System, models.PROTECT, related_name="keys", verbose_name=_("connected system"))
    prefix = models.CharField(_("begins with"), max_length=8, unique=True)
    secret_hash = models.CharField(max_length=64)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    created_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("expires at"))
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="apikey_expires_later"),
            models.CheckConstraint(condition=Q(secret_hash__regex=HASH), name="apikey_is_hashed"),
        ]

    def __str__(self) -> str:
        return f"nib_{self.prefix}_…"


class IdempotentCall(models.Model):
    """What one call with an Idempotency-Key was answered: given again to whoever sends the same call with it.

    Written in the transaction of what the call did: a call that died half-way did nothing and left no row.
    `fingerprint` is the SHA-256 of what was asked (method, address, body). Removed after `KEPT_DAYS`.
    """

    KEPT_DAYS = 7

    system = models.ForeignKey(System, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")

    class Meta:
        verbose_name = _("answered call")
        verbose_name_plural = _("answered calls")
        constraints = [models.UniqueConstraint(fields=["system", "key"], name="idempotentcall_once_per_key")]

    def __str__(self) -> str:
        return self.key
