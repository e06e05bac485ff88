"""A draw that anybody can recompute, with nothing of ours: the vectors here are OpenSSL's.

``printf 'bnpl-draw-1:%s' SEED | sha256sum`` · ``printf 'bnpl-draw-1:SALE:SHOPPER' | openssl dgst -sha256 -hmac SEED``.
"""

from __future__ import annotations

import doctest
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.flash_sale import lottery

SEED = "0123456789abcdef0123456789abcdef"
COMMITMENT = "1cb95d5f92b847567cfb9c1c60304e5da7f719e1bdc721d264830a16a2b974dc"
LOTS = {
    "shp_2": "09d2cb676db0a7cfff6cb4e905caf8b40a45fa5592f23cb9a5016f0809ce028b",
    "shp_3": "1a3c24df3f316b95a9468bdebc7930d496d2962eb65bd36c02ffda0c5a680039",
    "shp_4": "37a5d2d7cc837132799a73d8cc4a2919a57a12efe6ac5d0783c357d68ef01fa4",
    "张伟": "4f779430703d42b98527a4424b75151d37384a2165c8b718ff95149f9588a341",
    "shp_1": "ca4a8ca59163554d485c095c3dd0fe85acce45a8377056920345904cdd55639c",
}
ENTRANTS = st.lists(st.text(min_size=1, max_size=12), max_size=30)


def test_the_draw_is_what_openssl_computes():
    assert lottery.commitment(SEED) == COMMITMENT
    assert {shopper: lottery.lot(SEED, sale_id="sal_1", shopper_id=shopper) for shopper in LOTS} == LOTS
    assert lottery.draw(SEED, sale_id="sal_1", entrants=sorted(LOTS)) == tuple(LOTS)
    assert doctest.testmod(lottery).failed == 0


def test_another_seed_does_not_keep_the_word():
    assert lottery.keeps_its_word(SEED, published=f" {COMMITMENT.upper()}\n")
    assert not lottery.keeps_its_word(SEED[:-1] + "0", published=COMMITMENT)


@given(ENTRANTS, st.randoms())
def test_the_order_depends_on_nothing_but_who_entered(entrants, dice):
    drawn = lottery.draw(SEED, sale_id="sal_1", entrants=entrants)
    assert sorted(drawn) == sorted(set(entrants))
    mixed = [*entrants, *entrants[:3]]
    dice.shuffle(mixed)
    assert lottery.draw(SEED, sale_id="sal_1", entrants=mixed) == drawn


@given(ENTRANTS, st.text(min_size=1, max_size=12))
def test_one_more_entrant_changes_nobody_elses_order(entrants, late):
    before = lottery.draw(SEED, sale_id="sal_1", entrants=entrants)
    after = lottery.draw(SEED, sale_id="sal_1", entrants=[*entrants, late])
    assert [who for who in after if who in before] == list(before)


def test_every_entrant_is_first_about_equally_often():
    entrants = [f"shp_{n}" for n in range(5)]
    first = Counter(lottery.draw(f"{SEED}{n}", sale_id="sal_1", entrants=entrants)[0] for n in range(5000))
    assert all(850 < first[who] < 1150 for who in entrants)  # 1000 ± 5 standard deviations


def test_a_seed_that_could_be_guessed_and_an_entrant_without_an_id_are_refused():
    for act in (lambda: lottery.commitment("short"), lambda: lottery.draw("", sale_id="s", entrants=["a"])):
        with pytest.raises(InvalidInput, match="seed"):
            act()
    with pytest.raises(InvalidInput, match="entrants"):
        lottery.draw(SEED, sale_id="s", entrants=["a", ""])
