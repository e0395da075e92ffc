"""Fetches a Whisper model: `python -m perception.backends.whisper_download MODEL FOLDER`.

It runs beside a receptionist at work, so it takes only computing time that nobody else wants.
When it cannot fetch the model it prints one line that says why, for a person, and ends with 1.
"""

import errno
import os
import sys
from pathlib import Path

_QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_SYMLINKS_WARNING": "1",
}


def fetch(model: str, folder: Path) -> None:
    """Download `model` into a folder of its own below `folder`. Raises what the hub raises."""
    from faster_whisper import download_model

    # Its own folder: what the hub calls a model does not always end with what Whisper calls it.
    download_model(model, cache_dir=str(folder / model.rpartition("/")[2]))


def reason(fault: Exception) -> str:
    """Why a download failed, for a person who knows nothing of hubs."""
    from huggingface_hub import constants
    from huggingface_hub.errors import LocalEntryNotFoundError, RepositoryNotFoundError

    hub = constants.ENDPOINT.partition("://")[2]
    match fault:
        case LocalEntryNotFoundError():
            return f"{hub} cannot be reached from this machine"
        case RepositoryNotFoundError():
            return f"{hub} has no such model"
        case OSError(errno=errno.ENOSPC):
            return "the disk is full"
        case PermissionError() | OSError(errno=errno.EROFS):
            return "its folder cannot be written to"
        case ValueError():
            return str(fault).splitlines()[0]
    if type(fault).__module__.partition(".")[0].startswith("httpx"):
        return f"the connection to {hub} broke off"
    return f"{type(fault).__name__}: {str(fault).partition(chr(10))[0]}"


def main() -> int:
    """Fetch, and say why not."""
    if hasattr(os, "nice"):
        os.nice(10)
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # libraries print, too
    try:
        fetch(sys.argv[1], Path(sys.argv[2]))
    except Exception as fault:  # whatever it was, it ends here and is told
        print(reason(fault), file=answers, flush=True)  # noqa: T201 - this is the answer
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
