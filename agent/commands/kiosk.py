"""`foyer kiosk CONFIG`: the receptionist and its full-screen browser, kept alive together."""

import argparse
import sys
from pathlib import Path

from agent.app import Agent
from agent.commands import run as running
from agent.core.bus import Bus
from agent.core.clock import Clock
from agent.core.errors import BadInputError
from agent.kiosk.browser import KioskBrowser, program_of
from agent.kiosk.unit import NAME, install_lines, remove, uninstall_lines, unit_folder, unit_text
from agent.runtime import RestartPolicy
from agent.settings import Settings, read_settings

SHOWN = RestartPolicy(essential=False, stop_within_s=6.0, unavailable_retry_s=10.0)
"""The agent goes on without its screen, and ends its browser before it ends itself."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "config", type=Path, nargs="?", default=Path("configs/demo.yaml"), help="a configuration"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--install", action="store_true", help="write a systemd user unit, and say how to start it"
    )
    what.add_argument("--uninstall", action="store_true", help="remove that unit")
    parser.add_argument(
        "--unit-folder", type=Path, default=None, help="where units are; yours, if not given"
    )
    parser.add_argument(
        "--browser-flag",
        action="append",
        default=[],
        metavar="FLAG",
        help="a further flag for the browser, as --browser-flag=--force-device-scale-factor=2",
    )
    parser.add_argument("--log", default="warning", choices=("debug", "info", "warning", "error"))
    parser.add_argument(
        "--personal", action="store_true", help="show words and names in the log (your own desk)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C, or write or remove the unit."""
    folder: Path = arguments.unit_folder or unit_folder()
    if arguments.install:
        return _install(arguments, folder / NAME)
    if arguments.uninstall:
        return _uninstall(folder / NAME)
    arguments.headless, arguments.no_browser = False, True

    def beside(agent: Agent, settings: Settings, bus: Bus, clock: Clock) -> None:
        assert agent.server is not None
        config = settings.config
        browser = KioskBrowser(
            config=config.kiosk,
            server=agent.server,
            senses={
                "camera": config.camera.source == "page",
                "microphone": config.microphone.source == "page",
            },
            clock=clock,
            publish=bus.publish,
            flags=arguments.browser_flag,
        )
        agent.runtime.add(browser, SHOWN)

    return running.serve(arguments, beside, last_good=True)


def _install(arguments: argparse.Namespace, path: Path) -> int:
    config: Path = arguments.config.absolute()
    settings = read_settings(config)  # a unit that cannot start is not written
    program_of(settings.config.kiosk.browser)
    flags = [f"--browser-flag={flag}" for flag in arguments.browser_flag]
    command = [sys.executable, "-m", "agent", "kiosk", str(config), *flags]
    text = unit_text(command, Path.cwd())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise BadInputError(f"{path}: the unit cannot be written: {fault.strerror}") from None
    print(f"Written: {path}\n\nTo start it now and with every log-in:")
    for line in install_lines():
        print(f"  {line}")
    print(
        "\nFor a start at boot let the machine log you in by itself (a setting of its log-in\n"
        "screen). What it says is read with:\n"
        f"  journalctl --user -u {NAME} -f"
    )
    return 0


def _uninstall(path: Path) -> int:
    if not path.exists():
        print(f"There is no {path}; nothing to remove.")
        return 0
    try:
        remove(path)
    except OSError as fault:
        raise BadInputError(f"{path}: the unit cannot be removed: {fault.strerror}") from None
    print(f"Removed: {path}\n\nIf it is still running:")
    for line in uninstall_lines():
        print(f"  {line}")
    return 0
