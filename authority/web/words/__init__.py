"""What the pages say, in each language; a test holds the languages to the same keys."""

from authority.web.words.en import EN
from authority.web.words.fr import FR

WORDS: dict[str, dict[str, str]] = {"fr": FR, "en": EN}
