"""New passwords for people who get a letter: hashed into the register, printed once, kept nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from authority.paper import Letter
from authority.passwords import Passwords
from authority.register import Credential, Register, School


async def issue(
    register: Register,
    passwords: Passwords,
    wanted: Sequence[tuple[Credential, School, str]],
    now_ms: int,
    who: str,
    over_ms: int | None = None,
) -> list[Letter]:
    """Write these credentials with new passwords (former ones end); gives their letters in the same order.

    With `over_ms` the one credential must be that of this moment (0: none), or Conflict `letter_made`.
    """
    new, printed = [], []
    for credential, school, label in wanted:
        password = passwords.generate()
        hashed = await asyncio.to_thread(passwords.hash, password)
        new.append(credential._replace(hash=hashed))
        printed.append(Letter(school.title, label, credential.login, password))
    if new:
        await register.doors.issue(new, now_ms, who, over_ms)
    return printed
