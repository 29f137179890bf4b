"""What the console says, in each language; a test holds the languages to the same keys."""

from engine.console.words.en import EN
from engine.console.words.fr import FR

WORDS: dict[str, dict[str, str]] = {"fr": FR, "en": EN}
