"""From the register to strips of paper: the one place where a name and a code meet."""

from __future__ import annotations

from collections.abc import Sequence

from authority.paper import Strip
from authority.register import Class, Register


async def strips_of(register: Register, classes: Sequence[Class], session: str = "") -> list[Strip]:
    """The strips of these classes, by name, reserve codes last; or the one strip of `session`."""
    strips: list[Strip] = []
    for one in classes:
        codes = [
            code
            for code in await register.codebook.of_classes(one.id)
            if not session or code.session == session
        ]
        by_pupil = {code.pupil: code for code in codes if code.pupil}
        for pupil in await register.lists.pupils(one.id):
            if code := by_pupil.get(pupil.id):
                strips.append(Strip(pupil.name, one.label, one.room, code.number, code.short, code.long))
        strips += [
            Strip("", one.label, one.room, code.number, code.short, code.long)
            for code in codes
            if not code.pupil
        ]
    return strips
