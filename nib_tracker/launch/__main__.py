"""`python -m nib_tracker.launch COMMAND`."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path

from nib_tracker.launch import application, postgres, signals, testing, valkey
from nib_tracker.launch.environment import environment
from nib_tracker.launch.messages import collect, compile_messages, complaints
from nib_tracker.launch.places import ROOT, CannotStart, Places
from nib_tracker.launch.servers import servers


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command; returns its exit code. A start that cannot be is one sentence, never a trace."""
    chosen = _parser().parse_args(arguments)
    signals.listen()
    try:
        return chosen.carry_out(chosen, Places(chosen.var))
    except CannotStart as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nib_tracker.launch")
    parser.add_argument("--var", type=_folder, default=ROOT / "var", help="data folder (default: var/)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, carry_out, words in (
        ("run", _run, "start everything and keep it up until Ctrl-C"),
        ("test", _test, "run pytest against servers of its own; further arguments are pytest's"),
        ("exec", _exec, "run a command with the servers up: exec -- COMMAND"),
        ("env", _env, "print the addresses of the running servers as export lines"),
        ("messages", _messages, "collect messages into locale/ and compile them; --check only reports"),
    ):
        command = commands.add_parser(name, help=words, description=words, add_help=name not in ("test", "exec"))
        command.set_defaults(carry_out=carry_out)
        if name in ("test", "exec"):
            command.add_argument("rest", nargs=argparse.REMAINDER)
        if name == "messages":
            command.add_argument("--check", action="store_true", help="exit code 1 when a translation is missing")
    return parser


def _folder(text: str) -> Path:
    return Path(text).resolve()


def _run(_chosen: argparse.Namespace, places: Places) -> int:
    return application.run(places)


def _test(chosen: argparse.Namespace, places: Places) -> int:
    return testing.run_tests(places, _after_dashes(chosen.rest))


def _exec(chosen: argparse.Namespace, places: Places) -> int:
    command = _after_dashes(chosen.rest)
    if not command:
        raise CannotStart("Name a command: python -m nib_tracker.launch exec -- python manage.py check")
    with servers(places) as found:
        env = {**os.environ, **environment(places), **found.urls}
        try:
            return signals.foreground(command, env)
        except OSError as error:
            raise CannotStart(f"{shlex.join(command)} cannot be run: {error}") from error


def _after_dashes(rest: list[str]) -> list[str]:
    return rest[1:] if rest[:1] == ["--"] else rest


def _env(_chosen: argparse.Namespace, places: Places) -> int:
    places.make()
    if postgres.adopt(places) is None or valkey.adopt(places) is None:
        raise CannotStart("The embedded servers of this clone are not running. Start them: make run")
    values = {"DATABASE_URL": postgres.url(places), "REDIS_URL": valkey.url(places)}
    for name, value in {**values, "SECRET_KEY": places.secret("django")}.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _messages(chosen: argparse.Namespace, _places: Places) -> int:
    if chosen.check:
        found = complaints()
        print("\n".join(found) or "Messages: complete.")
        return 1 if found else 0
    for path, (added, dropped) in collect().items():
        print(f"{path.relative_to(ROOT)}: {added} added, {dropped} dropped")
    compile_messages()
    return 0


if __name__ == "__main__":
    sys.exit(main())
