"""What happens when somebody signs in or changes how they sign in."""

from django.apps import AppConfig


class Wiring(AppConfig):
    name = "nib_tracker"

    def ready(self) -> None:
        from nib_tracker import signing_in

        signing_in.connect()
