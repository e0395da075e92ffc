"""Errors with a cure: what happened, where, and what to do."""


class FoyerError(Exception):
    """Base of every error a person is meant to read. Its text needs no stack trace."""


class BackendUnavailableError(FoyerError):
    """A back-end cannot work here: a missing package, model, device or server.

    The text names what is missing and the command or setting that cures it.
    """


class BadInputError(FoyerError):
    """A file, picture, sound or text that cannot be used, with where and why."""
