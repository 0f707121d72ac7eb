"""Where things stand on the A4 page, in millimetres from its top left corner.

The form, the fields laid over it and the full layout all take their measures from here: that is
what makes a letter look the same whichever way it was made.
"""

from __future__ import annotations

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
LEFT, WIDTH = 12.0, 186.0
PITCH = 4.0  # height of a line of particulars; a row has two, Chinese over English
ROW = 2 * PITCH
CRAMPED_PITCH = 3.1  # the same where long values leave no other way
DROP = 0.25  # by which the lines of a row hang lower than the row
RAISE = 0.42  # by which the English line of a row is lifted off its lower rule
TYPE, SMALL_TYPE = 9.4, 6.6  # points, of the particulars
SUM_TYPE, CAPITALS_TYPE = 11.4, 10.0
NUMBER_TYPE, HOTLINE_TYPE, DIGEST_TYPE, ASKED_TYPE, REMARK_TYPE = 25.0, 15.0, 7.0, 7.4, 8.0
LABEL = 21.0  # width of a label cell
PAD = 1.6  # between a rule and the text beside it
HALF = WIDTH / 2
VALUE = HALF - LABEL - 2 * PAD  # width of a value in a half row
WIDE_VALUE = WIDTH - LABEL - 2 * PAD

BODY_TOP = 66.0  # the particulars begin
PAIRED_ROWS = 7
AMOUNTS_TOP = BODY_TOP + ROW * (1 + PAIRED_ROWS) + 2.5
AMOUNT_HEAD = 5.0
AMOUNT_ROW = 7.4
ITEM, FIGURE = 60.0, 34.0  # widths of the first two columns of the amounts
CAPITALS_LEFT = LEFT + ITEM + FIGURE + 4.0
CAPITALS = LEFT + WIDTH - PAD - CAPITALS_LEFT
CLAUSES_TOP = AMOUNTS_TOP + AMOUNT_HEAD + 3 * AMOUNT_ROW + 2.5
CLAUSES_HEAD = 5.2
CLAUSES_LIST_TOP = CLAUSES_TOP + CLAUSES_HEAD + 0.8
CLAUSES_LIST = 44.0  # height of the list of exclusions
TERMS_TOP = CLAUSES_LIST_TOP + CLAUSES_LIST + 1.2
TERMS = 27.4
TIGHT_TERMS = 22.6  # with many exclusions: the same terms in smaller type
BODY_END = TERMS_TOP + TERMS
SIGN_TOP = BODY_END + 1.0
SIGN = 34.5
FOOT_TOP = SIGN_TOP + SIGN + 2.0
HOTLINE_TEXT, HOTLINE = LEFT + 40.0, 9.0
DIGEST_TOP = FOOT_TOP + 4.6
ASKED_WIDTH = 112.0
HOTLINE_WIDTH = 60.0

POINT = 25.4 / 72
SPARE = 0.3  # millimetres that a line on the form has to leave
BASE = 0.436  # baseline below the middle of a line, in type sizes: Noto's ascent and descent
NUMBER_LEFT, NUMBER_TOP, NUMBER_WIDTH, NUMBER = LEFT, 43.0, 138.0, 13.5
NUMBER_TEXT = NUMBER_LEFT + 31.0
NUMBER_GAP = 3.4  # between its groups of four, besides the blank
REMARK_TOP = NUMBER_TOP + NUMBER + 0.9

CODE_SIDE = 36.0  # of the QR symbol without its quiet zone
CODE_LEFT = LEFT + WIDTH - CODE_SIDE - 1.4
CODE_TOP = 21.4
CODE_TEXT = CODE_TOP + CODE_SIDE + 4.8  # baseline of the copy code


def baseline(top: float, height: float, size: float) -> float:
    """Where the text of a line that begins at `top` and is `height` high stands, in millimetres;
    `size` of its type in points."""
    return top + height / 2 + BASE * size * POINT


MEASURES = {name: value for name, value in globals().items() if name.isupper()}
