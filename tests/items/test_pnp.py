"""A profile of needs and preferences gives its features, and nothing of the person."""

from __future__ import annotations

import pytest

from items.pnp import Profile, read_profile
from items.problems import Refused

PNP = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imsafa3p0pnp_v1p0"


def profile(inside: str, root: str = "access-for-all-pnp") -> bytes:
    return f'<{root} xmlns="{PNP}">{inside}</{root}>'.encode()


def test_features_are_read_wherever_they_are_switched_on() -> None:
    """As a preference of their own, or in one of the sets; what is prohibited is not given."""
    read = read_profile(
        "pnp.xml",
        profile(
            "<spoken><reading-type>computer-read-aloud</reading-type></spoken>"
            "<additional-testing-time><time-multiplier>1.5</time-multiplier></additional-testing-time>"
            "<glossary-on-screen/>"
            "<activate-at-initialization-set><line-reader/></activate-at-initialization-set>"
            "<activate-as-option-set><magnification/></activate-as-option-set>"
            "<prohibit-set><glossary-on-screen/></prohibit-set>"
        ),
    )
    assert read == Profile(frozenset({"spoken", "line-reader", "magnification"}), 1.5)


def test_what_a_profile_says_of_a_person_is_not_read() -> None:
    """Neither reasons nor languages come out."""
    read = read_profile(
        "pnp.xml",
        profile(
            "<environment><medical>asthma</medical></environment>"
            '<language-of-interface xml:lang="uk"/><spoken/>'
        ),
    )
    assert read == Profile(frozenset({"spoken"}), 1.0)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (profile("", "access-for-all-pnp-records"), "several people"),
        (profile("", "other"), "Expected <access-for-all-pnp>"),
        (b"<a", "The XML is broken"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "not allowed"),
        (
            profile(
                "<additional-testing-time><time-multiplier>x</time-multiplier></additional-testing-time>"
            ),
            "not a number",
        ),
    ],
)
def test_what_is_no_profile_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read_profile("pnp.xml", data)
