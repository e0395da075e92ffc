"""TextGrids: both forms, any encoding, and broken ones."""

import pytest

from actuation.body_formats.clip import TimedWord
from actuation.body_formats.textgrid import read_textgrid, read_words
from agent.core.errors import BadInputError
from tests.fakes.body_corpora import (
    spoken_words,
    write_textgrid,
)

SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
2.5
<exists>
3
"IntervalTier"
"phones"
0
2.5
2
0
1
"h"
1
2.5
"sp"
"TextTier"
"marks"
0
2.5
1
0.7
"here"
"IntervalTier"
"words"
0
2.5
3
0
0.5
"he said ""no"" [2]: xmin = 4"
0.5
1.25
""
1.25
2.5
"caf\u00e9"
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_short_form_is_read_in_any_encoding(encoding, tmp_path):
    (tmp_path / "a.TextGrid").write_bytes(SHORT.encode(encoding))
    tiers = read_textgrid(tmp_path / "a.TextGrid")
    assert list(tiers) == ["phones", "words"]
    assert read_words(tmp_path / "a.TextGrid") == (
        TimedWord(text='he said "no" [2]: xmin = 4', begin_s=0, end_s=0.5),
        TimedWord(text="caf\u00e9", begin_s=1.25, end_s=2.5),
    )


def test_the_long_form_says_the_same(tmp_path):
    words = spoken_words(6.0, seed=3)
    write_textgrid(tmp_path / "a.TextGrid", words, 6.0)
    assert read_words(tmp_path / "a.TextGrid") == words
    text = (tmp_path / "a.TextGrid").read_text().replace("\n", "\r\n")
    (tmp_path / "b.TextGrid").write_text(text, newline="")
    assert read_words(tmp_path / "b.TextGrid") == words


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hello", "no TextGrid"),
        (SHORT[:120], "cut off"),
        (SHORT.replace("1.25\n2.5", "1.25\n1.0"), "before it begins"),
        (SHORT.replace('1.25\n""', "1.25\n7"), "in quotation marks"),
    ],
)
def test_a_broken_textgrid_is_told(text, told, tmp_path):
    (tmp_path / "a.TextGrid").write_text(text)
    with pytest.raises(BadInputError, match=told) as fault:
        read_words(tmp_path / "a.TextGrid")
    assert "a.TextGrid" in str(fault.value)
