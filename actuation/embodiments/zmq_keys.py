"""CURVE keys: those of this side, and those of the clients that may connect.

`python -m actuation.embodiments.zmq_keys FOLDER NAME` makes a pair: NAME.key to be given away,
NAME.key_secret to be kept.
"""

import os
import stat
import sys
from pathlib import Path
from typing import Final

import zmq
from zmq.auth import load_certificate

from agent.core.errors import BackendUnavailableError, BadInputError

_KEY_LETTERS: Final = 40
_MAKE: Final = "python -m actuation.embodiments.zmq_keys"


def own_keys(path: Path) -> tuple[bytes, bytes]:
    """Public and secret key in `path`; raise `BackendUnavailableError` with the cure."""
    if not path.is_file():
        raise BackendUnavailableError(
            f"zmq: there is no key {path}; make it: {_MAKE} {path.parent} {path.stem}"
        )
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise BackendUnavailableError(
            f"zmq: {path} can be read by others; keep it to its owner: chmod 600 {path}"
        )
    try:
        public, secret = load_certificate(path)
    except (OSError, ValueError):
        public, secret = b"", None
    if len(public) != _KEY_LETTERS or secret is None or len(secret) != _KEY_LETTERS:
        raise BackendUnavailableError(
            f"zmq: {path} holds no secret key; make one: {_MAKE} {path.parent} NAME"
        )
    return public, secret


class ClientKeys:
    """The public keys in a folder. One put there or taken away counts at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._names: dict[bytes, str] = {}

    def check(self) -> None:
        """Raise `BackendUnavailableError` when there is no such folder."""
        if not self._folder.is_dir():
            raise BackendUnavailableError(
                f"zmq: there is no folder {self._folder}; make it and put each client's NAME.key in"
            )

    def name_of(self, key: bytes) -> str | None:
        """Name of the client with this public key (40 letters, Z85); None: not let in."""
        try:
            files = sorted(self._folder.glob("*.key"))
            seen = tuple((f.name, (s := f.stat()).st_mtime_ns, s.st_size) for f in files)
        except OSError:  # being changed at this moment: the next one who asks sees it whole
            return None
        if seen != self._seen:
            self._names = {}
            for file in files:
                try:
                    self._names[load_certificate(file)[0]] = file.stem
                except (OSError, ValueError):
                    continue  # a file without a key lets nobody in
            self._seen = seen
        return self._names.get(key)


def make_keys(folder: Path, name: str) -> tuple[Path, Path]:
    """Write NAME.key and NAME.key_secret (only its owner reads it); return both paths.

    Raises `BadInputError` when one of them is there already.
    """
    public, secret = zmq.curve_keypair()
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"{name}.key", folder / f"{name}.key_secret"
    text = f'curve\n    public-key = "{public.decode()}"\n'
    texts = (text, f'{text}    secret-key = "{secret.decode()}"\n')
    if there := next((path for path in made if path.exists()), None):
        raise BadInputError(f"{there} is there already; choose another name or delete it")
    for path, content, mode in zip(made, texts, (0o644, 0o600), strict=True):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
            file.write(content)
    return made


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {_MAKE} FOLDER NAME")
    try:
        for written in make_keys(Path(sys.argv[1]), sys.argv[2]):
            sys.stdout.write(f"{written}\n")
    except BadInputError as error:
        sys.exit(str(error))
