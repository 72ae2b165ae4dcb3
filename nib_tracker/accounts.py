"""Sign-in rules."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitedOnly(DefaultAccountAdapter):
    """Nobody signs up alone: people are added by the operator or an agency's approver."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
