import pytest

from guarantee.settlement import wording
from guarantee.settlement.differences import NAMES, SENTENCES, SUGGESTIONS, Alike, Kind
from guarantee.settlement.models_batch import PARTS
from guarantee.settlement.models_payment import LINE_OUTCOMES, ORIGINAL_KINDS, PAYMENT_STATES
from guarantee.settlement.models_report import DECISIONS
from guarantee.settlement.resolution import DECISION_WORDS


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (Kind, NAMES),
        (Kind, SENTENCES),
        (Alike, SUGGESTIONS),
        ((*DECISIONS, "undo"), DECISION_WORDS),
        (LINE_OUTCOMES, wording.OUTCOME_WORDS),
        (PAYMENT_STATES, wording.PAYMENT_WORDS),
        (ORIGINAL_KINDS, wording.ORIGINAL_WORDS),
        (PARTS, wording.PART_WORDS),
    ],
)
def test_every_code_has_words_in_both_languages_and_no_word_is_left_over(codes, words):
    assert set(words) == set(codes)
    assert all(one.zh and one.en for one in words.values())
