"""The bench of meaning: its sentences, and a measure that can tell right from wrong."""

import pytest

from actuation.gestures.lexemes import standard_lexicon
from agent.bench.gesture_meaning import keywords_of, ours_of, sentences, share_right

LEXICON = standard_lexicon()


def test_there_are_two_hundred_sentences_and_none_twice():
    both = [*sentences("before", LEXICON), *sentences("after", LEXICON)]
    assert len(both) == 200
    assert len({sentence.says for sentence in both}) == 200


def test_the_measure_tells_right_from_wrong():
    asked = sentences("after", LEXICON)
    truth = {sentence.says: sentence.shows for sentence in asked}
    assert share_right(lambda text: truth[text], asked, 1) == 100
    assert share_right(lambda text: truth[text], asked, 1, turned=1) < 20
    assert share_right(lambda text: [], asked, 5) == 0
    assert share_right(lambda text: ["none", *truth[text]], asked, 1) < 20


@pytest.mark.parametrize("most", [1, 5])
def test_schemas_and_shared_words_find_more_than_keywords_alone(most):
    asked = [*sentences("before", LEXICON), *sentences("after", LEXICON)]
    ours = share_right(ours_of(LEXICON), asked, most)
    assert ours > share_right(keywords_of(LEXICON), asked, most) + 5
    assert ours > 10 * share_right(ours_of(LEXICON), asked, most, turned=37)
