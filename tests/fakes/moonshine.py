"""The real recogniser that `foyer models pull` makes possible, or a skip where it was not run."""

import pytest

from perception.words.recognition import RecognitionConfig, moonshine_folder


def moonshine(site):
    """A recogniser that expects the names of `site`."""
    if moonshine_folder() is None:
        pytest.skip("needs the Moonshine model: foyer models pull")
    from perception.backends.moonshine import MoonshineRecogniser

    return MoonshineRecogniser(RecognitionConfig(), site)
