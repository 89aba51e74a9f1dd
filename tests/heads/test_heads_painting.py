"""The layered painter: it shows what `paint_atlas` shows, and every colour and amount has a gradient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from mien.heads.appearance import Appearance
from mien.heads.embedded.people import sample_actor
from mien.heads.look import AMOUNTS, COLOURS, Look
from mien.heads.painting.painter import Painter
from mien.heads.render.atlas import FACE, PLACES, SKIN_HEIGHT
from mien.heads.render.canvas import front
from mien.heads.render.texture import paint_atlas

SOME = 1e-6  # too little to be seen, but what is painted later is then drawn from the same random numbers
GINGER = (0.75, 0.35, 0.12)


def look_of(*appearances: Appearance) -> Look:
    count = len(appearances)
    return Look.of(torch.zeros(count, 31), torch.zeros(count, 52), appearances)


def reduced(appearance: Appearance, step: int = 8) -> np.ndarray:
    """The atlas of `paint_atlas` reduced by area, (3, h, w) in [0, 1]."""
    atlas = paint_atlas(appearance).astype(np.float32) / 255
    height, width = atlas.shape[0] // step, atlas.shape[1] // step
    return atlas.reshape(height, step, width, step, 3).mean(axis=(1, 3)).transpose(2, 0, 1)


def difference(one: np.ndarray, other: np.ndarray, area: np.ndarray) -> float:
    """Mean absolute difference of two atlases (H, W, 3) in [0, 255] where `area` (of `FACE`) holds."""
    return float(np.abs(one[FACE].astype(float) - other[FACE])[area].mean())


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter(8)


def test_atlases_of_old_appearances_are_as_they_were() -> None:
    """Means of the blocks of 256 x 256 texels, measured before goatee, beard_colour and ageing came."""
    measured = {
        0: [
            [52.61, 52.57, 87.96, 87.98, 51.96, 52.08],
            [115.8, 166.39, 192.72, 192.63, 166.44, 115.23],
            [203.33, 195.87, 191.88, 191.95, 195.81, 203.33],
            [203.33, 203.33, 203.33, 203.33, 203.33, 203.33],
            [54.36, 54.26, 54.06, 53.51, 55.23, 53.8],
            [124.14, 124.79, 123.63, 123.81, 124.08, 124.03],
            [188.81, 193.15, 122.67, 141.08, 14.67, 24.0],
        ],
        3: [
            [52.05, 52.36, 91.64, 91.89, 52.5, 52.1],
            [93.04, 100.97, 108.3, 108.42, 100.76, 93.89],
            [149.67, 137.1, 130.94, 130.97, 136.97, 149.67],
            [149.67, 149.67, 149.67, 149.67, 149.67, 149.67],
            [53.38, 53.13, 51.82, 51.34, 55.51, 53.4],
            [42.28, 41.63, 41.84, 41.91, 41.67, 42.09],
            [188.32, 193.15, 122.67, 104.32, 14.67, 24.0],
        ],
        13: [
            [118.59, 118.08, 133.03, 132.34, 118.99, 118.23],
            [143.31, 151.22, 151.19, 151.02, 150.72, 142.79],
            [177.67, 167.51, 162.69, 162.71, 167.62, 177.67],
            [177.67, 177.67, 177.67, 177.67, 177.67, 177.67],
            [119.88, 123.32, 123.66, 124.98, 118.38, 123.24],
            [77.85, 78.5, 78.18, 78.25, 78.0, 78.02],
            [188.81, 193.15, 122.67, 123.41, 14.67, 24.0],
        ],
    }
    for actor, blocks in measured.items():
        atlas = paint_atlas(sample_actor(actor)[1])
        means = atlas.reshape(7, 256, 6, 256, 3).mean(axis=(1, 3, 4))
        # another processor may round single texels in another way
        np.testing.assert_allclose(means, blocks, atol=0.02)


@pytest.mark.parametrize("actor", [0, 3, 5, 13])
def test_the_layers_show_what_the_strokes_show(painter: Painter, actor: int) -> None:
    appearance = replace(sample_actor(actor)[1], freckles=0.0, glasses="round", beard_length=0.5)
    painted = painter.paint(look_of(appearance))[0].numpy()
    expected = reduced(appearance)
    assert painted.shape == expected.shape
    assert np.abs(painted - expected)[:, : SKIN_HEIGHT // 8].mean() < 0.022
    # strands are others, colours and places are not
    for left, top, width, height in (np.array(place) // 8 for place in PLACES.values()):
        part = (slice(None), slice(top, top + height), slice(left, left + width))
        np.testing.assert_allclose(painted[part].mean(axis=(1, 2)), expected[part].mean(axis=(1, 2)), atol=0.01)


def test_goatee_ageing_freckles_and_make_up_are_the_same_in_both(painter: Painter) -> None:
    plain = Appearance(hair=(0.1, 0.08, 0.06), stubble=SOME, freckles=SOME)
    before, painted = reduced(plain), painter.paint(look_of(plain))[0].numpy()
    for change in ({"goatee": 1.0}, {"ageing": 1.0}, {"freckles": 1.0}, {"makeup": 1.0}, {"stubble": 1.0}):
        appearance = replace(plain, **change)  # type: ignore[arg-type]
        expected = (reduced(appearance) - before)[:, : SKIN_HEIGHT // 8]
        found = (painter.paint(look_of(appearance))[0].numpy() - painted)[:, : SKIN_HEIGHT // 8]
        assert np.abs(expected).max() > 0.1, change
        assert np.corrcoef(expected.ravel(), found.ravel())[0, 1] > 0.97, change
        assert 0.9 < np.abs(found).sum() / np.abs(expected).sum() < 1.1, change


def test_a_goatee_is_a_beard_on_the_chin_alone() -> None:
    x, y, mask = front()
    none, goatee = paint_atlas(Appearance(stubble=SOME)), paint_atlas(Appearance(stubble=SOME, goatee=1.0))
    chin = (np.abs(x) < 1.8) & (y < -8.2) & (y > -10.5)
    cheeks = (np.abs(x) > 3.4) & (mask > 0)
    assert difference(none, goatee, chin) > 60
    assert difference(none, goatee, cheeks) == 0
    assert difference(none, paint_atlas(Appearance(stubble=SOME, beard=1.0)), cheeks & (y < -8) & (y > -11)) > 60


def test_facial_hair_has_its_own_colour() -> None:
    x, y, _ = front()
    chin = (np.abs(x) < 1.8) & (y < -8.2) & (y > -10.5)
    black = {"hair": (0.05, 0.05, 0.05), "beard": 1.0}
    assert paint_atlas(Appearance(**black, beard_colour=GINGER))[FACE][chin].mean(axis=0)[0] > 100  # type: ignore[arg-type]
    assert paint_atlas(Appearance(**black))[FACE][chin].mean() < 50  # type: ignore[arg-type]
    left, top, width, height = PLACES["beard"]
    hanging = paint_atlas(Appearance(beard=1.0, beard_length=0.4, beard_colour=GINGER))
    strip = hanging[top : top + height, left : left + width].astype(float) / 255
    np.testing.assert_allclose(strip.mean(axis=(0, 1)), np.array(GINGER) * 0.92, atol=0.03)
    assert strip.std() > 0.02


def test_every_colour_and_amount_has_the_gradient_of_its_finite_difference(painter: Painter) -> None:
    look = look_of(replace(Appearance(), grey=0.3, stubble=0.2, freckles=0.3, wrinkles=0.3, ageing=0.2, makeup=0.3,
                           beard=0.5, moustache=0.4, goatee=0.6))  # fmt: skip
    weights = torch.rand((1, 3, *painter.size), generator=torch.Generator().manual_seed(0)).double()

    def value(colours: dict[str, torch.Tensor], amounts: dict[str, torch.Tensor]) -> torch.Tensor:
        return (painter.paint(replace(look, colours=colours, amounts=amounts)).double() * weights).sum()

    colours = {name: tensor.clone().requires_grad_() for name, tensor in look.colours.items()}
    amounts = {name: tensor.clone().requires_grad_() for name, tensor in look.amounts.items()}
    value(colours, amounts).backward()
    # of the shapes of what is worn, and of lashes, nothing is painted
    unpainted = {"beard_length", "frame_weight", "lashes"}
    step = 1e-3
    for name in set(AMOUNTS) - unpainted:
        sides = [value(look.colours, {**look.amounts, name: look.amounts[name] + s}) for s in (step, -step)]
        expected = float(sides[0] - sides[1]) / (2 * step)
        gradient = amounts[name].grad
        assert gradient is not None
        assert abs(expected) > 1, name
        assert float(gradient) == pytest.approx(expected, rel=0.02, abs=0.5), name
    for name in COLOURS:
        gradient = colours[name].grad
        assert gradient is not None
        assert (gradient > 1).all(), name


def test_each_head_of_a_batch_is_painted_alone(painter: Painter) -> None:
    people = [sample_actor(actor)[1] for actor in (0, 3, 5, 8)]
    together = painter.paint(look_of(*people))
    for row, person in enumerate(people):
        torch.testing.assert_close(painter.paint(look_of(person))[0], together[row])


def test_old_skin_and_freckles_are_visible_at_an_eighth(painter: Painter) -> None:
    plain, old, freckled = painter.paint(look_of(Appearance(), Appearance(ageing=1.0), Appearance(freckles=1.0)))
    rows, columns = (slice(part.start // 8, part.stop // 8) for part in FACE)
    for marked in (old, freckled):
        darker = (plain - marked)[:, rows, columns].mean(dim=0)
        assert float((darker > 0.1).float().mean()) > 0.004


def test_a_reduction_that_does_not_divide_the_atlas_is_refused() -> None:
    with pytest.raises(ValueError, match="not by 3"):
        Painter(3)
