"""Drawings: bars, limits and pieces that say what the numbers say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.drawing import HEIGHT, MOST_PIECES, WIDTH, histogram, line, pieces

numbers = st.integers(0, 500)
finite = st.floats(-1e6, 1e6)


def test_limit_divides_the_bars():
    words = ["0", "30", "10", "10"]
    drawn = histogram([0, 10, 20, 30], [5, 10, 1], bound=10, old=10, side="min", words=words, title="Answer length")
    assert drawn is not None
    assert [bar.side for bar in drawn.bars] == ["out", "", ""]
    assert (drawn.bound_x, drawn.old_x) == (106.7, None)
    assert drawn.label.startswith("Answer length, from 0 to 30. Most common between 10 and 20, 62 % of the samples.")


@pytest.mark.parametrize(("old", "bound", "sides"), [
    (20, 10, ["out", "gain", ""]), (10, 20, ["out", "loss", ""]), (None, 10, ["loss", "", ""]), (10, None, ["gain", "", ""]),
])  # fmt: skip
def test_moved_limit_shows_who_changes_sides(old, bound, sides):
    words = ["0", "30", "new", "old" if old else ""]
    drawn = histogram([0, 10, 20, 30], [5, 10, 1], bound=bound, old=old, side="min", words=words, title="Answer length")
    assert drawn is not None
    assert [bar.side for bar in drawn.bars] == sides
    assert drawn.label.endswith("It was old." if old else "There was none.")
    assert (drawn.old_x is None) == (old is None)


def test_nothing_measured_draws_nothing():
    assert histogram([0, 1], [0], bound=None, old=None, side="min", words=["0", "1", "", ""], title="x") is None


@given(st.lists(numbers, min_size=1, max_size=40), finite, finite, st.sampled_from(["min", "max"]))
def test_everything_stays_inside_the_drawing(counts, bound, old, side):
    edges = [float(edge) for edge in range(len(counts) + 1)]
    drawn = histogram(edges, counts, bound=bound, old=old, side=side, words=["", "", "", ""], title="x")
    for bar in drawn.bars if drawn else []:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH + 1
        assert 0 <= bar.y <= HEIGHT
    if drawn:
        assert 0 <= (drawn.bound_x or 0) <= WIDTH
        assert 0 <= (drawn.old_x or 0) <= WIDTH


@given(finite, finite, st.sampled_from(["min", "max"]), st.floats(1e-3, 1e6))
def test_line_stays_inside_its_box(value, bound, side, scale):
    drawn = line(value, bound, side, scale)
    for x in (drawn.dot_x, drawn.bound_x, drawn.zone_x, drawn.zone_x + drawn.zone_width):
        assert 0 <= x <= 96.1


@given(numbers, numbers, numbers, numbers)
def test_every_kind_of_piece_is_drawn_and_never_too_many(done, again, running, waiting):
    squares = pieces(done, again, running, waiting)
    assert len(squares) <= MOST_PIECES + 4
    states = {square.state for square in squares}
    assert ("doing" in states) == (running > 0)
    assert ("todo" in states) == (waiting > 0)
    assert bool(states & {"done", "again"}) == (done > 0)
    if done + running + waiting <= MOST_PIECES:
        assert len(squares) == done + running + waiting
