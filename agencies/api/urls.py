"""Addresses of agencies and districts in the API."""

from django.urls import path

from . import agencies, systems

urlpatterns = [
    path("agencies", agencies.AgencyList.as_view(), name="api_agencies"),
    path("districts", agencies.DistrictList.as_view(), name="api_districts"),
    path("system", systems.CallingSystem.as_view(), name="api_system"),
]
