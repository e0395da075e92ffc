"""Errors with a cure: what happened, where, and what to do."""

import traceback


class FoyerError(Exception):
    """Base of every error a person is meant to read. Its text needs no stack trace."""


class BackendUnavailableError(FoyerError):
    """A back-end cannot work here: a missing package, model, device or server.

    The text names what is missing and the command or setting that cures it.
    """


class BadInputError(FoyerError):
    """A file, picture, sound or text that cannot be used, with where and why."""


class FieldError(ValueError):
    """A fault of a whole model that lies in one of its fields. `field`: names and indices to it."""

    def __init__(self, field: tuple[str | int, ...], what: str) -> None:
        self.field = field
        super().__init__(what)


def in_one_line(fault: BaseException) -> str:
    """A fault of code, for who wrote it: `TypeError: no number at backends/mine.py:17`.

    For processes whose standard error nobody reads. `FoyerError`s say all by themselves.
    """
    if isinstance(fault, FoyerError):
        return str(fault)
    frames = traceback.extract_tb(fault.__traceback__)
    name = "/".join(frames[-1].filename.replace("\\", "/").split("/")[-2:]) if frames else ""
    where = f" at {name}:{frames[-1].lineno}" if frames else ""
    text = " ".join(str(fault).split())
    return f"{type(fault).__name__}{f': {text}' if text else ''}{where}"
