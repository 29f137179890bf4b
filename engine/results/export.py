"""Results out of the archive: every format in one pass, one score version, a line in the audit log first.

Sessions are read, opened and written one after the other, so the size of a delivery does not matter. Each
file appears whole or not at all. A format is a context manager that gives a function of one `Opened` session;
a new one is a line in `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Final, NamedTuple

from engine.archive import Archive, Conflict, Delivery, Gone
from engine.archive.answers import unscored
from engine.archive.versions import FIRST, complete_versions, judged_sessions, outdated
from engine.keyring import KeyRing
from engine.results import columns, csvtables, reporting, testtable
from engine.results.opening import Names, Opened, Opener
from items.bank import Bank

PAGE = 200

Write = Callable[[Opened], None]
Format = Callable[[Path, Names, "Options"], AbstractContextManager[Write]]


class Options(NamedTuple):
    """What an operator may ask of the formats."""

    bom: bool = False
    correct_responses: bool = False


FORMATS: Final[dict[str, Format]] = {
    "csv": lambda folder, names, options: csvtables.csv_tables(folder, names, bom=options.bom),
    "test": lambda folder, names, options: testtable.whole_test(folder, names, bom=options.bom),
    "parquet": lambda folder, names, _: _parquet(folder, names),
    "qti3": lambda folder, names, options: _reports(folder / "qti3", names, options, 3),
    "qti2": lambda folder, names, options: _reports(folder / "qti2", names, options, 2),
}
FILES: Final[dict[str, tuple[str, ...]]] = {
    "csv": csvtables.FILES,
    "test": testtable.FILES,
    "parquet": columns.FILES,
    "qti3": tuple(f"qti3/{name}" for name in reporting.FILES),
    "qti2": tuple(f"qti2/{name}" for name in reporting.FILES),
}


def _parquet(folder: Path, names: Names) -> AbstractContextManager[Write]:
    from engine.results.parquet import parquet_tables  # a third of a second that no other command waits for

    return parquet_tables(folder, names)


def _reports(folder: Path, names: Names, options: Options, version: int) -> AbstractContextManager[Write]:
    return reporting.result_files(folder, names, version=version, correct=options.correct_responses)


class Exported(NamedTuple):
    """What an export wrote: of how many sessions, how many ended ones are not scored yet and missing, and how
    many the asked version lacks or judged before a late answer changed them."""

    folder: Path
    formats: tuple[str, ...]
    version: int
    sessions: int
    missing: int
    outdated: int

    @property
    def files(self) -> list[Path]:
        """What was written; numbered files by the pattern of their names."""
        return [self.folder / name for format_ in self.formats for name in FILES[format_]]

    @property
    def responses(self) -> Path:
        return self.folder / csvtables.FILES[0]

    @property
    def scores(self) -> Path:
        return self.folder / csvtables.FILES[1]


class Export:
    """One delivery in one score version, ready to be written out; KeyProblem at once when its key is gone."""

    def __init__(
        self, archive: Archive, keyring: KeyRing, bank: Bank, delivery: Delivery, version: int, form: str
    ) -> None:
        self._archive = archive
        self._delivery = delivery.id
        self._version = version
        self._opener = Opener(keyring.delivery(delivery.id).kek, delivery.id, version)
        self._names = Names(bank, delivery, form)

    async def write(
        self,
        folder: Path,
        *,
        who: str,
        now_ms: int,
        formats: Sequence[str] = ("csv",),
        options: Options | None = None,
        told: Callable[[int], None] = lambda _: None,
    ) -> Exported:
        """Write all files below `folder`, with a line in the audit log before the first row."""
        options = options or Options()
        archive, database, delivery = self._archive, self._archive.database, self._delivery
        missing = await unscored(database, delivery)
        detail = {"missing": missing, "version": self._version, "formats": list(formats)}
        await archive.audit("results.export", who=who, now_ms=now_ms, delivery=delivery, **detail)
        count = 0
        with ExitStack() as files:
            writes = [files.enter_context(FORMATS[name](folder, self._names, options)) for name in formats]
            async for session in judged_sessions(database, delivery, self._version, PAGE):
                opened = self._opener.opened(session)
                for write in writes:
                    write(opened)
                count += 1
                told(count)
        late = await outdated(database, delivery, self._version)
        return Exported(folder, tuple(formats), self._version, count, missing, late)


async def export(
    archive: Archive,
    keyring: KeyRing,
    bank: Bank,
    delivery: str,
    folder: Path,
    *,
    who: str,
    now_ms: int,
    version: int | None = None,
    formats: Sequence[str] = ("csv",),
    options: Options | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> Exported:
    """Export a delivery's results in a score version, the newest one when none is named.

    KeyProblem when its key is destroyed or missing, Conflict when there is no such version or format.
    """
    found = await archive.delivery(delivery)
    if found.state == "created":
        raise Gone(f"delivery {delivery} was never open: it has no results")
    if unknown := [name for name in formats if name not in FORMATS]:
        raise Conflict(f"no format {unknown[0]!r}: formats are {', '.join(FORMATS)}")
    chosen, form = await chosen_version(archive, found, version)
    return await Export(archive, keyring, bank, found, chosen, form).write(
        folder, who=who, now_ms=now_ms, formats=formats, options=options, told=told
    )


async def chosen_version(archive: Archive, delivery: Delivery, version: int | None) -> tuple[int, str]:
    """The version that is asked for, or the newest, with the form whose key judged it; or Conflict."""
    forms = {FIRST: delivery.compiled}
    forms |= {one.version: one.form for one in await complete_versions(archive.database, delivery.id)}
    chosen = max(forms) if version is None else version
    if chosen not in forms:
        numbers = ", ".join(map(str, forms))
        raise Conflict(f"delivery {delivery.id} has no score version {chosen}: there are {numbers}")
    return chosen, forms[chosen]
