"""Codes forgive the typist and catch every slip."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.codes import ALPHABET, LONG, SHORT, CodeTypo, complete, digest, generate, normalise, pretty


def drawn(seed: str) -> Callable[[int], bytes]:
    """A source of bytes that is the same in each run."""
    blocks = iter(range(1_000_000))
    return lambda size: hashlib.shake_128(f"{seed}{next(blocks)}".encode()).digest(size)


SOURCE = drawn("codes")
CODES = [generate(SOURCE, length) for length in (SHORT, LONG) for _ in range(20)]


def is_refused(text: str) -> bool:
    try:
        normalise(text)
    except CodeTypo:
        return True
    return False


def test_the_alphabet_is_prime_and_without_lookalikes() -> None:
    """29 symbols: the check then catches all slips, and no vowel makes a word."""
    assert len(ALPHABET) == len(set(ALPHABET)) == 29
    assert not set("AEIOUL0") & set(ALPHABET)


@pytest.mark.parametrize("code", CODES)
def test_every_single_wrong_symbol_is_caught(code: str) -> None:
    """Each position, each other symbol."""
    for place, right in enumerate(code):
        for wrong in ALPHABET:
            if wrong != right:
                assert is_refused(code[:place] + wrong + code[place + 1 :])


@pytest.mark.parametrize("code", CODES)
def test_every_exchange_of_two_symbols_is_caught(code: str) -> None:
    """Any two positions, not only neighbours."""
    for first, second in combinations(range(len(code)), 2):
        if code[first] != code[second]:
            symbols = list(code)
            symbols[first], symbols[second] = symbols[second], symbols[first]
            assert is_refused("".join(symbols))


@pytest.mark.parametrize("length", [SHORT, LONG])
def test_generated_codes_use_every_symbol_evenly(length: int) -> None:
    """No symbol is favoured by the way bytes are turned into symbols."""
    random_bytes = drawn("even")
    codes = [generate(random_bytes, length) for _ in range(3000)]
    assert all(len(code) == length and normalise(code) == code for code in codes)
    counts = [sum(code[:-1].count(symbol) for code in codes) for symbol in ALPHABET]
    mean = 3000 * (length - 1) / 29
    assert all(0.8 * mean < count < 1.2 * mean for count in counts)


def test_bytes_that_would_favour_some_symbols_are_thrown_away() -> None:
    """232 is 8 x 29; a byte above it is drawn again."""
    source = iter([b"\xff" * 12, bytes(12)])
    assert generate(lambda _: next(source)) == complete("1" * 11)


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_read_however_it_is_grouped_or_written(code: str) -> None:
    """Groups of four, dashes of any kind, small letters, stray spaces."""
    for text in (code, pretty(code), pretty(code).replace(" ", "-"), f"  {code.lower()}\u00a0"):
        assert normalise(text) == code
    assert normalise(pretty(code).replace(" ", "\u2013").lower()) == code


def test_a_pretty_code_has_groups_of_four() -> None:
    """As it stands on paper."""
    assert pretty("K7QF2M9XT4HD") == "K7QF 2M9X T4HD"


@pytest.mark.parametrize(
    "unshifted", ["&é\"'(-è_ç", "&é\"'(§è!ç", "&É\u201c\u2019(-È_Ç", "&e\u0301\"'(-e\u0300_c\u0327"]
)
def test_azerty_digits_are_understood_without_shift(unshifted: str) -> None:
    """A pupil who forgets the shift key gets in; a tablet may have curled the quotes."""
    code = complete("123456789BC")
    typed = code.replace("123456789", unshifted).lower()
    assert normalise(typed) == code


def test_a_dash_is_a_separator_or_a_six_as_the_length_says() -> None:
    """On AZERTY both are the same key."""
    code = next(code for code in CODES if len(code) == SHORT and "6" in code)
    assert normalise(code.replace("6", "-")) == code
    assert normalise(pretty(code).replace(" ", "-")) == code


def test_lookalikes_that_can_be_one_symbol_only_are_read_as_it() -> None:
    """I, l and | are 1, U is V; O and 0 could be D or Q, so the pupil is asked to look again."""
    code = complete("1111VVVVKQD")
    assert normalise(code.replace("1111", "Il|L").replace("V", "u")) == code
    for wrong in "O0o":
        with pytest.raises(CodeTypo) as refused:
            normalise(code.replace("D", wrong))
        assert refused.value.hint == "no_o_or_zero"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "length"),
        ("K7QF", "length"),
        ("K" * 13, "length"),
        ("K" * 101, "length"),
        ("K7QF2M9XT4H*", "symbol"),
        ("K7QF2M9XT4HA", "symbol"),
        ("K7QF2M9XT4H9", "check"),
    ],
)
def test_a_typo_says_where_to_look(text: str, hint: str) -> None:
    """The log-in form turns the hint into a sentence."""
    with pytest.raises(CodeTypo) as refused:
        normalise(text)
    assert refused.value.hint == hint


@given(st.text(max_size=40))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_whatever_is_typed_gives_a_code_or_a_typo(text: str) -> None:
    """No other exception, and what comes out goes in again unchanged."""
    try:
        code = normalise(text)
    except CodeTypo:
        return
    assert normalise(code) == code
    assert set(code) <= set(ALPHABET)


def test_a_digest_depends_on_pepper_and_code() -> None:
    """16 bytes; without the pepper nobody can tell what they stand for."""
    one = digest(b"p" * 32, CODES[0])
    assert len(one) == 16
    assert len({one, digest(b"q" * 32, CODES[0]), digest(b"p" * 32, CODES[1])}) == 3
