"""What the engine holds, in plain words: every column, key, kind of file and thing in a browser.

`places` lists them, `fr` and `en` say what they are; `tests/engine/test_inventory.py` holds the list against
the tables, the keys in Redis, a data folder in use, and the sources of the pages.
"""

from engine.inventory.en import EN
from engine.inventory.fr import FR
from engine.inventory.places import GROUPS, NEAR, PLACES
from pages.inventory import Inventory

INVENTORY = Inventory(GROUPS, NEAR, PLACES, {"fr": FR, "en": EN})
