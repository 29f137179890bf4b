"""A demonstration empties its own folder, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from demonstration.__main__ import main
from demonstration.ownfolder import MARK, check_own, empty
from demonstration.problems import DemonstrationProblem
from tests.ports import free_port


@pytest.mark.parametrize("options", [[], ["--fresh"]])
def test_a_folder_with_somebodys_work_is_refused_and_stays(
    tmp_path: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever `--folder` names by mistake; the sentence says what to do."""
    chapter = tmp_path / "thesis" / "chapter1.txt"
    chapter.parent.mkdir()
    chapter.write_text("three years")

    assert main(["--folder", str(chapter.parent), "--port", str(free_port()), *options]) == 1

    assert chapter.read_text() == "three years"
    assert "choose an empty folder with --folder" in capsys.readouterr().err


def test_what_a_demonstration_made_goes_when_it_begins_anew(tmp_path: Path) -> None:
    """All but the mark, and nothing behind a link."""
    folder, other = tmp_path / "demonstration", tmp_path / "other"
    other.mkdir()
    (other / "kept").touch()
    empty(folder)
    (folder / "engine" / "data").mkdir(parents=True)
    (folder / "engine.log").touch()
    (folder / "link").symlink_to(other)
    check_own(folder)

    empty(folder)

    assert [entry.name for entry in folder.iterdir()] == [MARK]
    assert (other / "kept").exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """Nor is it touched."""
    name = tmp_path / "notes"
    name.write_text("mine")
    with pytest.raises(DemonstrationProblem):
        empty(name)
    assert name.read_text() == "mine"
