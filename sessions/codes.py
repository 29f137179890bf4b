"""Access codes: what a pupil types, forgiving to the typist and strict to the eye.

29 symbols without vowels (no words), 0, O, I, L and U (no look-alikes). 29 is prime, so a check symbol
that makes sum(weight * digit) = 0 modulo 29, with weights 1, 2, 3 ... all different and none 0, catches
every single wrong symbol and every exchange of two symbols, wherever they stand. Short codes have 12
symbols (53 bits behind a throttle), those in a QR code 24 (111 bits).

Unshifted AZERTY digits are understood, so a pupil who forgets the shift key gets in; I and L are read as
1, U as V. O and 0 are refused with a hint: they could be D or Q, and a guess would only hide a misreading.
The check takes the same time for every code of a length, and it is no secret; secret comparisons are left
to the keyed digest, whose look-up tells an attacker nothing about the pepper.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable

ALPHABET = "123456789BCDFGHJKMNPQRSTVWXYZ"
SHORT = 12
LONG = 24
_LENGTHS = (SHORT, LONG)
_DIGITS = {symbol: digit for digit, symbol in enumerate(ALPHABET)}
_TYPED_MAX = 100
"""Longer than any code with any separators; nothing longer is looked at."""

_READ_AS = {
    **{typed: digit for typed, digit in zip("&É\"'(È_Ç", "12345789", strict=True)},  # AZERTY, shift forgotten
    **{typed: digit for typed, digit in zip("§!", "68", strict=True)},  # the same on a Mac
    **{typed: "4" for typed in "‘’´`"} | {typed: "3" for typed in "“”"},  # a tablet "corrects" quotes
    **{"I": "1", "L": "1", "|": "1", "U": "V"},  # look-alikes that can be one symbol only
}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_REFUSED = {"O": "no_o_or_zero", "0": "no_o_or_zero", "À": "no_o_or_zero"}


class CodeTypo(ValueError):
    """The code is mistyped; `hint` is `length`, `symbol`, `no_o_or_zero` or `check`, for the log-in form."""

    def __init__(self, hint: str) -> None:
        super().__init__(f"mistyped code: {hint}")
        self.hint = hint


def generate(random_bytes: Callable[[int], bytes], length: int = SHORT) -> str:
    """A new code: `length` - 1 symbols drawn evenly, and the check symbol."""
    digits: list[int] = []
    while len(digits) < length - 1:
        # 232 = 8 * 29: bytes above would favour the first symbols
        digits += [byte % 29 for byte in random_bytes(length) if byte < 232]
    return complete("".join(ALPHABET[digit] for digit in digits[: length - 1]))


def complete(symbols: str) -> str:
    """`symbols` with their check symbol behind them."""
    length = len(symbols) + 1
    digit = -_weighed(symbols) * pow(length, -1, 29) % 29
    return symbols + ALPHABET[digit]


def normalise(text: str) -> str:
    """The code that `text` means, or CodeTypo."""
    if len(text) > _TYPED_MAX:
        raise CodeTypo("length")
    typed = unicodedata.normalize("NFC", "".join(text.split())).upper().translate(_DASHES)
    # On AZERTY the key of 6 gives a dash without shift, and people put dashes between groups: the length
    # decides which was meant.
    if len(typed) not in _LENGTHS:
        typed = typed.replace("-", "")
    symbols = "".join(_symbol(sign) for sign in typed)
    if len(symbols) not in _LENGTHS:
        raise CodeTypo("length")
    if _weighed(symbols) % 29:
        raise CodeTypo("check")
    return symbols


def digest(pepper: bytes, code: str) -> bytes:
    """The 16 bytes under which a normalised code is known to the engine; the code itself is kept nowhere."""
    return hmac.digest(pepper, b"passation/1|code|" + code.encode(), "sha256")[:16]


def pretty(code: str) -> str:
    """The code as it is printed: groups of four."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def _symbol(sign: str) -> str:
    symbol = "6" if sign == "-" else _READ_AS.get(sign, sign)
    if symbol not in _DIGITS:
        raise CodeTypo(_REFUSED.get(sign, "symbol"))
    return symbol


def _weighed(symbols: str) -> int:
    return sum(weight * _DIGITS[symbol] for weight, symbol in enumerate(symbols, start=1))
