"""The REST API: what every endpoint shares, and the endpoints of agencies and districts."""
