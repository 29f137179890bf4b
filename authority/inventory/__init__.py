"""What this program holds, in plain words: the page for families is made of this.

`places` lists every table, file and cookie, `fr` and `en` say what they are; a test holds the list against
the tables, the keys and the cookies themselves.
"""

from authority.inventory.en import EN
from authority.inventory.fr import FR
from authority.inventory.places import GROUPS, NEAR, PLACES
from pages.inventory import Inventory

INVENTORY = Inventory(GROUPS, NEAR, PLACES, {"fr": FR, "en": EN})
