"""Errors with a cure: what happened, where, and what to do."""


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
