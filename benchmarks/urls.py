"""The product's addresses and an empty view under the same middleware."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from nib_tracker.urls import urlpatterns as product


def empty(request: HttpRequest) -> HttpResponse:
    """Signed in like everybody, and nothing else."""
    return HttpResponse(request.user.username)


urlpatterns = [path("benchmark/empty/", empty), *product]
