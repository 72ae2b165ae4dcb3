"""The product's addresses, and empty views under the same middleware."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agencies.api.schema import Operation
from agencies.api.views import ApiView
from nib_tracker.urls import urlpatterns as product


def empty(request: HttpRequest) -> HttpResponse:
    """Signed in like everybody, and nothing else."""
    return HttpResponse(request.user.username)


class Empty(ApiView):
    """Whoever has a key, and nothing else."""

    operations = {"GET": Operation("empty", "Nothing", None)}

    def get(self, request: Request) -> Response:
        return Response({})


class Bare(APIView):
    """REST framework's least."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request) -> Response:
        return Response({})


urlpatterns = [
    path("benchmark/empty/", empty),
    path("benchmark/api/empty", Empty.as_view()),
    path("benchmark/api/bare", login_not_required(Bare.as_view())),
    *product,
]
