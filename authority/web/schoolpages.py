"""The head's page: all classes, how far each is, what looks odd."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import RedirectResponse, Response

from authority.lists import Oddity, oddities
from authority.lists.entries import checked_label
from authority.web.call import Call


async def school(call: Call) -> Response:
    lists, codebook = call.services.register.lists, call.services.register.codebook
    classes = await lists.classes(call.school)
    odd = await odd_in_school(call)
    counts = await codebook.counts()
    rows = [
        {
            "id": one.id,
            "label": one.label,
            "pupils": one.pupils,
            "validated_ms": one.validated_ms,
            "odd": sum(oddity.class_id == one.id for oddity in odd),
            "codes": counts.get(one.id, 0),
        }
        for one in classes
    ]
    found = await lists.school(call.school)
    return call.page("school.html", school=found, classes=rows, pupils=sum(one.pupils for one in classes))


async def add_class(call: Call) -> Response:
    """A new, empty class."""
    label = checked_label(call.form.get("label", ""))
    await call.services.register.lists.add_class(call.school, label, call.now_ms, call.who)
    return RedirectResponse("/school?said=class_added", 303)


async def odd_in_school(call: Call) -> list[Oddity]:
    """Oddities of all the school's classes together: a child on two lists is seen on both."""
    lists = call.services.register.lists
    classes = await lists.classes(call.school)
    pupils = await lists.pupils(*(one.id for one in classes))
    campaign = await call.services.register.campaign()
    today = datetime.fromtimestamp(call.now_ms / 1000, UTC).date()
    return oddities(classes, pupils, campaign.birth_year, today)
