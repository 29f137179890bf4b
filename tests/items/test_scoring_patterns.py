"""Patterns mean what XML Schema says, match whole answers, and cost no more than the answer is long."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from items.scoring import automaton, regex
from tests.items.scoring_items import (
    SCORE,
    codes,
    f,
    op,
    response,
    rules,
    s,
    set_value,
    steady,
    value_of,
    variable,
)


def accepts(pattern: str, text: str) -> bool | None:
    return automaton.build(regex.parse(pattern)).accepts(text)


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        ("abc", ["abc"], ["", "ab", "abcd", "xabc", "ABC"]),
        ("", [""], ["a"]),
        ("a|bc|", ["a", "bc", ""], ["abc", "b"]),
        ("a*b+c?", ["b", "aabbc", "bc"], ["a", "bcc", "c"]),
        ("a{2}", ["aa"], ["a", "aaa"]),
        ("a{2,}", ["aa", "aaaa"], ["a"]),
        ("a{1,3}", ["a", "aaa"], ["", "aaaa"]),
        ("a{0}b", ["b"], ["ab"]),
        ("(ab){2}", ["abab"], ["ab", "aabb"]),
        ("(a|b)*c", ["c", "abbac"], ["abd"]),
        ("(a*)*", ["", "aaa"], ["b"]),
        ("(?:ab)+", ["ab", "abab"], ["a"]),
        ("a.c", ["abc", "a c", "aéc"], ["a\nc", "ac"]),
        ("[a-c]x", ["ax", "cx"], ["dx", "-x"]),
        ("[^a-c]x", ["dx"], ["ax"]),
        ("[a\\-z]", ["a", "-", "z"], ["b"]),
        ("[a-]", ["a", "-"], ["b"]),
        ("[-a]", ["a", "-"], ["b"]),
        ("[a-z-[aeiou]]+", ["xyz"], ["xaz"]),
        ("[^a-z-[A-C]]", ["D", "5"], ["A", "b"]),
        ("\\d+", ["12", "\u0661"], ["a", ""]),
        ("\\D", ["a"], ["1"]),
        ("\\s", [" ", "\t"], ["a", "\u00a0"]),
        ("\\S", ["a"], [" "]),
        ("\\w+", ["été1"], ["a b", "a-b", "a_"]),
        ("\\W", ["-", " ", "_"], ["a"]),
        ("\\i\\c*", ["a-1", "_x", "x:y"], ["1a", "-a"]),
        ("\\I\\C", ["1 "], ["a "]),
        ("\\p{L}+", ["aÉ"], ["a1"]),
        ("\\p{Lu}", ["A"], ["a"]),
        ("\\P{Lu}", ["a"], ["A"]),
        ("[\\p{Lu}\\d]+", ["A1"], ["a"]),
        ("\\p{IsBasicLatin}", ["a"], ["é"]),
        ("\\.\\?\\*\\\\\\(\\)\\[\\]\\{\\}\\|\\^\\$\\/", [".?*\\()[]{}|^$/"], [""]),
        ("\\n\\r\\t", ["\n\r\t"], ["nrt"]),
        ("a^b$c", ["a^b$c"], ["abc"]),
        ("^[0-9]+$", ["12"], ["^12$", "x12"]),
        ("^a$|^b$", ["a", "b"], ["^a$"]),
        ("-?[0-9]+(,[0-9]+)?", ["12", "-1,5"], ["1,", "1.5"]),
    ],
)
def test_a_pattern_takes_the_right_texts_and_no_others(
    pattern: str, right: list[str], wrong: list[str]
) -> None:
    """One construct of XML Schema a line."""
    assert {text: accepts(pattern, text) for text in right} == dict.fromkeys(right, True)
    assert {text: accepts(pattern, text) for text in wrong} == dict.fromkeys(wrong, False)


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        "(a",
        "a)",
        "[",
        "[]",
        "[a",
        "[z-a]",
        "[a-\\d]",
        "[[a]]",
        "*a",
        "a**",
        "a+?",
        "a{2}{3}",
        "a{",
        "a{x}",
        "a{3,2}",
        "a{501}",
        "\\",
        "\\b",
        "\\1",
        "\\pL",
        "\\p{L",
        "\\p{Greek}",
        "(?=a)",
        "(?i)a",
        "a}",
        "]",
        "x" * (regex.LONGEST_PATTERN + 1),
        "(" * 40 + ")" * 40,
        "[a-" * 40,
        "(((a{100}){100}){100})",
    ],
)
def test_a_pattern_that_is_none_is_refused_at_import(pattern: str) -> None:
    """With words that end the sentence `The pattern … `."""
    with pytest.raises(regex.BadPattern):
        automaton.build(regex.parse(pattern))
    condition = op("pattern-match", s("a"), pattern=pattern.replace("&", "&amp;"))
    when = op("response-condition", op("response-if", condition, set_value("SCORE", f(1))))
    assert codes(SCORE, rules(when)) == ["bad_pattern"]


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|aa)+b", "(a*)*b", "((a{0,20}){0,20})b"])
def test_a_pattern_that_ruins_a_backtracking_engine_ends_at_once(pattern: str) -> None:
    """These take longer than the universe has, tried one way after the other."""
    assert accepts(pattern, "a" * 5000) is False


def test_what_a_run_remembers_is_bounded() -> None:
    """A text with every character there is does not fill the memory."""
    found = automaton.build(regex.parse(".*x"))
    for start in range(0x4E00, 0x4E00 + 60_000, 5_000):
        text = "".join(map(chr, range(start, start + 5_000)))
        assert found.accepts(text + "x") is True
    assert len(found._steps) <= 20_000


def test_a_text_longer_than_any_pattern_is_for_is_null() -> None:
    """Neither right nor wrong: it is not tried."""
    expression = op("pattern-match", variable("RESPONSE"), pattern="a*")
    assert value_of(expression, response(base_type="string"), RESPONSE="a" * 10_001) is None
    assert value_of(expression, response(base_type="string"), RESPONSE="a" * 10_000) is True


SIMPLE = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "[^a]", "."]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("({0[0]}|{0[1]})".format),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{1,2}"])).map("({0[0]}){0[1]}".format),
    ),
    max_leaves=5,
)


@steady
@given(pattern=SIMPLE, text=st.text(alphabet="abc", max_size=6))
def test_plain_patterns_mean_what_they_mean_everywhere(pattern: str, text: str) -> None:
    """Python's own engine is the witness, where both speak the same language."""
    assert accepts(pattern, text) is bool(re.fullmatch(pattern, text))
