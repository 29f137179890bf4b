"""Forms lie on disk whole or not at all, with their keys in another folder."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from items.bank import Bank, UnknownForm
from items.model import Form, encode
from tests.items.given import SVG, a_form
from tests.items.kinds import EVERY_KIND


@pytest.fixture
def form(tmp_path: Path) -> Form:
    return a_form(tmp_path, *EVERY_KIND.values(), media={"authored-picture.svg": SVG})


def test_what_was_added_is_read_back(tmp_path: Path, form: Form) -> None:
    """Content, shapes and key, each by the form's name."""
    bank = Bank(tmp_path / "data")
    assert bank.forms() == []
    path = bank.add(form)
    assert path == tmp_path / "data" / "bank" / form.form
    assert bank.forms() == [form.form]
    assert encode(bank.content(form.form).to_json()) == encode(form.content.to_json())
    assert bank.content(form.form).media == form.content.media
    assert bank.schema(form.form) == form.schema
    assert encode(bank.key(form.form)) == encode(form.key)


def test_adding_again_changes_nothing(tmp_path: Path, form: Form) -> None:
    """An import that was interrupted is simply repeated."""
    bank = Bank(tmp_path / "data")
    before = {path: path.stat().st_mtime_ns for path in bank.add(form).rglob("*")}
    bank.add(form)
    assert {
        path: path.stat().st_mtime_ns for path in (tmp_path / "data" / "bank" / form.form).rglob("*")
    } == before


def test_the_key_lies_elsewhere_and_only_its_owner_reads_it(tmp_path: Path, form: Form) -> None:
    """To leak an answer with a form takes two mistakes."""
    Bank(tmp_path / "data").add(form)
    key = tmp_path / "data" / "key" / f"{form.form}.json"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    public = b"".join(path.read_bytes() for path in (tmp_path / "data" / "bank").rglob("*") if path.is_file())
    assert b"authored" not in public


def test_an_import_that_fails_leaves_no_form(tmp_path: Path, form: Form) -> None:
    """A form half written is never seen: it appears by one rename."""
    bank = Bank(tmp_path / "data")
    broken = form.content.media[0]._replace(id="folder-that-is-not-there/m1.svg")
    content = form.content.from_json(form.content.to_json(), {form.content.media[0].id: b""})
    object.__setattr__(content, "media", (broken,))
    with pytest.raises(FileNotFoundError):
        bank.add(Form(form.form, content, form.schema, form.key))
    assert bank.forms() == []
    assert list((tmp_path / "data" / "bank").iterdir()) == []
    bank.add(form)
    assert bank.forms() == [form.form]


def test_two_imports_at_the_same_moment_agree(tmp_path: Path, form: Form) -> None:
    """Whoever comes second finds the form there, however late it looks."""
    bank = Bank(tmp_path / "data")
    target = tmp_path / "data" / "bank" / form.form
    bank.add(form)
    draft = tmp_path / "data" / "bank" / ".draft-x"
    draft.mkdir()
    (draft / "content.json").write_text("{}")
    from items.bank import _rename

    _rename(draft, target)
    assert encode(bank.content(form.form).to_json()) == encode(form.content.to_json())
    assert bank.forms() == [form.form]


@pytest.mark.parametrize("name", ["0" * 64, "../bank", "", "content.json"])
def test_an_unknown_form_is_said_to_be_unknown(tmp_path: Path, form: Form, name: str) -> None:
    """A name is a hash; nothing else is ever a path."""
    bank = Bank(tmp_path / "data")
    bank.add(form)
    for read in (bank.content, bank.schema, bank.key):
        with pytest.raises(UnknownForm):
            read(name)
