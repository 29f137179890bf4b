"""What is wrong with a package, said so that its author can mend it.

A problem names the file, the line, a code for machines and a sentence that says what
to do. An import collects all the problems it can find and raises them at once, so an
author corrects a package in one round and not in ten.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from items.qti.conversion.names import in_older_words

MOST_PROBLEMS: Final = 1_000  # more help nobody


class Problem(NamedTuple):
    """One thing to mend (or, as a warning, to know); line 0 means the file as a whole."""

    file: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.code}: {self.message}"


class Refused(Exception):
    """The package or item cannot be taken; `problems` holds every reason found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Findings:
    """Collects what a reading turns up: refusals stop the import, remarks only tell what was left out.

    `older` are the files written in QTI 2: what is said of them is said in the names of QTI 2. A file that
    is wrong everywhere gets a bounded number of problems.
    """

    def __init__(self, older: Iterable[str] = ()) -> None:
        self.refusals: list[Problem] = []
        self.remarks: list[Problem] = []
        self.older = set(older)
        self.documents = 0  # XML files read so far, each time one is read
        self.elements = 0  # in all of them

    @property
    def full(self) -> bool:
        """Whether further problems are not kept: then nobody need look for good advice."""
        return len(self.refusals) >= MOST_PROBLEMS

    def refuse(self, file: str, line: int, code: str, message: str) -> None:
        self.add([Problem(file, line, code, message)])

    def add(self, refusals: Iterable[Problem]) -> None:
        """Refusals that another module found."""
        for problem in refusals:
            if not self.full:
                self.refusals.append(self._worded(problem))

    def remark(self, file: str, line: int, message: str) -> None:
        """Something a pupil will not see; the test stays whole without it."""
        if len(self.remarks) < MOST_PROBLEMS:
            self.remarks.append(self._worded(Problem(file, line, "left_out", message)))

    def _worded(self, problem: Problem) -> Problem:
        if problem.file not in self.older:
            return problem
        return problem._replace(message=in_older_words(problem.message))

    def stop_if_refused(self) -> None:
        """Raise everything found, in the order of the files and lines, each thing once."""
        if self.refusals:
            raise Refused(sorted(set(self.refusals)))
