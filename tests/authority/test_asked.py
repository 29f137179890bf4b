"""What A.S.P. does for good it asks first, on a page of its own, without scripts too."""

from __future__ import annotations

import re
from pathlib import Path

from tests.authority.offices import COLETTE, office, visitor


async def test_nothing_goes_at_one_click(tmp_path: Path) -> None:
    """A link asks, the answer is a form of its own; asked twice it says that it is done, and does no more."""
    async with office(tmp_path) as of:
        own = await of.with_codes()
        codes = await of.register.codebook.of_classes(own.id)
        code = next(one for one in codes if one.pupil)
        pupil = (await of.register.lists.pupils(own.id))[0]
        await of.credential(own.room, "teacher", COLETTE, own.id)
        password = await of.credential(COLETTE.id, "head", COLETTE)
        async with visitor(of, COLETTE.id, password) as head:
            for page, path in (
                (f"/classes/{own.id}/codes", f"/classes/{own.id}/codes/{code.session}/withdrawal"),
                (f"/classes/{own.id}/pupils/{pupil.id}", f"/classes/{own.id}/pupils/{pupil.id}/removal"),
                (f"/classes/{own.id}/access", f"/classes/{own.id}/access/withdrawal"),
            ):
                shown, asked = (await head.get(page)).text, await head.get(path)
                assert (f'href="{path}"' in shown, f'action="{path}"' in shown) == (True, False)
                assert (asked.status_code, f'action="{path}"' in asked.text) == (200, True)
                assert "Zoé" in asked.text or "6e A" in asked.text
                assert [(await head.post(path)).status_code for _ in range(2)] == [303, 409]
                assert (await head.get(path)).status_code == 409
        assert len(await of.register.lists.pupils(own.id)) == 2


async def test_a_new_letter_is_asked_for_first_and_a_first_one_is_not(tmp_path: Path) -> None:
    """The first ends nothing; each other one ends the password that a teacher may be signed in with."""
    async with office(tmp_path) as of:
        own = await of.with_class()
        page, path = f"/classes/{own.id}/access", f"/classes/{own.id}/access/letter"
        password = await of.credential(COLETTE.id, "head", COLETTE)
        async with visitor(of, COLETTE.id, password) as head:
            first = (await head.get(page)).text
            assert (f'action="{path}"' in first, (await head.get(path)).status_code) == (True, 409)
            assert (await head.post(path, {"over": "0"})).content.startswith(b"%PDF")
            of.clock[0] += 1000
            shown, asked = (await head.get(page)).text, (await head.get(path)).text
            assert (f'href="{path}"' in shown, f'action="{path}"' in shown) == (True, False)
            assert "6e A" in asked
            assert (await head.post(path, {"over": "0"})).status_code == 409
            (over,) = re.findall(r'name="over" value="(\d+)"', asked)
            assert (await head.post(path, {"over": over})).content.startswith(b"%PDF")
