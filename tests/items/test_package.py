"""A package is taken whole or refused with file, line and reason; nothing in it can harm the server."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from items.compile import compile_form
from items.package import Limits, read_package
from items.problems import Problem, Refused
from tests.items import given
from tests.items.given import SEED, a_choice_item, a_package_of, codes, refusals, zipped


def _read(path: Path, limits: Limits | None = None) -> list[Problem]:
    with pytest.raises(Refused) as caught:
        read_package(path, limits)
    return list(caught.value.problems)


def test_a_zip_a_folder_and_a_lone_item_give_the_same_questions(tmp_path: Path) -> None:
    """Authors check a file while writing, a folder before zipping it, and the zip before sending it."""
    item = given.an_item('<p><img src="images/a.svg" alt="un rond"/></p>')
    files = a_package_of({"item1": item}, media={"images/a.svg": given.SVG})
    folder = tmp_path / "unpacked"
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    forms = [
        compile_form(read_package(path), seed=SEED)
        for path in (zipped(tmp_path, files), folder, folder / "item1.xml", folder / "test.xml")
    ]
    assert len({form.content.items for form in forms}) == 1
    assert {form.content.media[0].data for form in forms} == {
        form.content.media[0].data for form in forms[:1]
    }


def test_an_item_without_a_test_makes_a_form_of_one_item(tmp_path: Path) -> None:
    """Item banks export single items; they can be tried as they are."""
    files = {"imsmanifest.xml": given.a_manifest([("item", "q.xml")]), "q.xml": a_choice_item()}
    form = compile_form(read_package(zipped(tmp_path, files)), seed=SEED)
    assert form.item_ids == ("i1",)
    assert form.title == "Test"


def test_what_is_no_zip_is_called_so(tmp_path: Path) -> None:
    """The commonest mistake is the wrong file."""
    path = tmp_path / "holiday.zip"
    path.write_bytes(b"\xff\xd8\xff a photograph")
    assert codes(_read(path)) == ["not_a_zip"]


def test_a_path_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    """No stack trace for a typing mistake."""
    assert codes(_read(tmp_path / "none.zip")) == ["no_package"]


def test_a_zip_cut_short_or_damaged_is_refused(tmp_path: Path) -> None:
    """A broken download says so; no part of it is taken."""
    path = zipped(tmp_path, a_package_of({"item1": a_choice_item()}))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert codes(_read(path)) == ["not_a_zip"]
    middle = whole.index(b"item1.xml") + 60
    path.write_bytes(whole[:middle] + b"\0\0\0\0\0\0\0\0" + whole[middle + 8 :])
    assert codes(_read(path)) == ["broken_zip"]


def test_a_package_without_a_manifest_says_where_it_might_lie(tmp_path: Path) -> None:
    """Zipping the folder and not its content is the second commonest mistake."""
    files = {f"folder/{name}": data for name, data in a_package_of({"item1": a_choice_item()}).items()}
    (problem,) = _read(zipped(tmp_path, files))
    assert problem.code == "no_manifest"
    assert "folder/imsmanifest.xml" in problem.message


def test_a_manifest_naming_missing_files_lists_each_with_its_line(tmp_path: Path) -> None:
    """An author mends all of them at once."""
    files = a_package_of({"item1": a_choice_item()})
    manifest = given.a_manifest([("test", "test.xml"), ("item", "item1.xml")], extra=["a.png", "Item1.XML"])
    found = refusals(tmp_path, files | {"imsmanifest.xml": manifest})
    assert codes(found) == ["missing_file", "missing_file"]
    assert all(problem.file == "imsmanifest.xml" and problem.line > 1 for problem in found)
    assert any("mind the capitals" in problem.message for problem in found)


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    """A missing file, broken XML, a script and an interaction we lack: one import, four reasons."""
    custom = given.an_item('<qti-custom-interaction response-identifier="RESPONSE"/>', given.declared())
    files = a_package_of({"item1": custom, "item2": "<oops", "item3": given.an_item("<script>x</script>")})
    manifest = given.a_manifest([("test", "test.xml"), ("item", "item1.xml")], extra=["gone.png"])
    found = refusals(tmp_path, files | {"imsmanifest.xml": manifest})
    wanted = {"missing_file", "unsupported_interaction", "broken_xml", "script"}
    assert wanted <= set(codes(found))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../outside.xml", "path_escape"),
        ("/etc/passwd", "path_escape"),
        ("C:/windows.xml", "path_escape"),
        ("a/../../b.xml", "path_escape"),
        ("folder\\file.xml", "bad_name"),
        ("new\nline.xml", "bad_name"),
        ("ITEM1.xml", "duplicate_name"),
    ],
)
def test_names_that_lead_out_or_clash_are_refused(tmp_path: Path, name: str, code: str) -> None:
    """On whatever computer a package is unpacked later, it stays in its folder."""
    files = a_package_of({"item1": a_choice_item()}) | {name: "x"}
    assert codes(_read(zipped(tmp_path, files))) == [code]


def test_a_name_in_no_unicode_is_refused(tmp_path: Path) -> None:
    """Names that each computer reads differently cannot be referred to."""
    path = zipped(tmp_path, a_package_of({"item1": a_choice_item()}) | {"caf\u00e9.png": "x"})
    path.write_bytes(path.read_bytes().replace("café".encode(), b"caf\xff\xfe"))
    assert codes(_read(path)) == ["bad_name"]


def test_a_link_in_a_zip_or_folder_is_refused(tmp_path: Path) -> None:
    """A link could bring any file of the server into a test."""
    path = zipped(tmp_path, a_package_of({"item1": a_choice_item()}))
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("link.png")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert codes(_read(path)) == ["link"]
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "imsmanifest.xml").symlink_to("/etc/passwd")
    assert codes(_read(folder)) == ["link"]


def test_a_lone_item_reads_nothing_above_its_folder_nor_through_links(tmp_path: Path) -> None:
    """Checking a stranger's item must not open the checker's files."""
    (tmp_path / "secret.svg").write_bytes(given.SVG)
    folder = tmp_path / "items"
    folder.mkdir()
    (folder / "linked.svg").symlink_to(tmp_path / "secret.svg")
    item = given.an_item('<p><img src="../secret.svg" alt=""/><img src="linked.svg" alt=""/></p>')
    (folder / "item.xml").write_text(item)
    with pytest.raises(Refused) as caught:
        compile_form(read_package(folder / "item.xml"), seed=SEED)
    assert sorted(codes(caught.value.problems)) == ["missing_file", "path_escape"]


def test_a_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    """The table of contents tells; nothing is written or inflated."""
    files = a_package_of({"item1": a_choice_item()}) | {"bomb.bin": b"\0" * 9_000_000}
    assert codes(_read(zipped(tmp_path, files))) == ["zip_bomb"]


def test_an_archive_in_the_archive_stays_shut(tmp_path: Path) -> None:
    """It is a file like any other that no item names."""
    inner = zipped(tmp_path, {"imsmanifest.xml": "<oops"}, "inner.zip").read_bytes()
    files = a_package_of({"item1": a_choice_item()}) | {"inner.zip": inner}
    assert refusals(tmp_path, files) == []


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(archive_bytes=100), "too_big"),
        (Limits(unpacked_bytes=100), "too_big"),
        (Limits(file_bytes=800), "too_big"),
        (Limits(document_bytes=500), "too_big"),
        (Limits(files=2), "too_many_files"),
        (Limits(items=1), "too_many_items"),
        (Limits(elements=5), "too_complex"),
        (Limits(depth=3), "too_complex"),
    ],
)
def test_each_limit_holds(tmp_path: Path, limits: Limits, code: str) -> None:
    """Size, number and depth are bounded, each with its own message."""
    path = zipped(tmp_path, a_package_of({"item1": a_choice_item(), "item2": a_choice_item()}))
    assert code in codes(_read(path, limits))


def test_a_table_of_contents_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    """A zip can list a million empty files in a few megabytes."""
    files = {f"{number:0200}": "" for number in range(40)}
    path = zipped(tmp_path, files)
    assert codes(_read(path, Limits(files=5))) == ["too_many_files"]


def test_a_password_is_refused(tmp_path: Path) -> None:
    """There is nobody to ask for it."""
    path = zipped(tmp_path, a_package_of({"item1": a_choice_item()}))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(bytes(data))
    assert codes(_read(path)) == ["encrypted"]


ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (ENTITY + given.an_item("<p>&b;</p>"), "dtd"),
        (FILE + given.an_item("<p>&a;</p>"), "dtd"),
        ("<!DOCTYPE x [<!ATTLIST p class CDATA 'y'>]>" + given.an_item(), "dtd"),
        (given.an_item("<p>&nothing;</p>"), "broken_xml"),
        (given.an_item("<p>").replace("</p>", ""), "broken_xml"),
        ("", "broken_xml"),
        (given.an_item("<script>alert(1)</script>"), "script"),
        (given.an_item('<p onclick="alert(1)">x</p>'), "script"),
        (given.an_item('<p><a href="java&#10;script:alert(1)">x</a></p>'), "script"),
        (given.an_item('<p><img src=" data:text/html;base64,AAAA" alt=""/></p>'), "script"),
        (given.an_item('<p xml:base="http://elsewhere/">x</p>'), "unsupported_attribute"),
        ("<questestinterop xmlns='http://www.imsglobal.org/xsd/ims_qtiasiv1p2'/>", "qti_version"),
        ("<html/>", "not_qti"),
    ],
)
def test_hostile_broken_and_foreign_xml_is_refused(tmp_path: Path, document: str, code: str) -> None:
    """No entity is expanded, no file or address opened, no script kept."""
    found = refusals(tmp_path, a_package_of({"item1": document}))
    assert code in codes(found)
    assert all(problem.file == "item1.xml" for problem in found)


def test_addresses_are_seen_from_their_base(tmp_path: Path) -> None:
    """On the resources, on one of them, around a picture: bases add up, none leads out of the package."""
    inner = '<div xml:base="img/"><img src="a.png" alt=""/></div>'
    item = a_choice_item().replace("<qti-item-body>", f"<qti-item-body>{inner}")
    manifest = given.a_manifest([("item", "item1.xml")])
    manifest = manifest.replace("<resources>", '<resources xml:base="content/">')
    manifest = manifest.replace("<resource ", '<resource xml:base="first/" ')
    files: given.Files = {"imsmanifest.xml": manifest, "content/first/item1.xml": item}
    files["content/first/img/a.png"] = given.png()
    assert read_package(zipped(tmp_path, files)).documents.keys() == {"content/first/item1.xml"}
    climbing = manifest.replace('"content/"', '"../../"')
    assert codes(refusals(tmp_path, files | {"imsmanifest.xml": climbing})) == ["path_escape"] * 2


def test_addresses_with_the_strokes_of_windows_are_understood(tmp_path: Path) -> None:
    """And lead out of the package as little as any."""
    files: given.Files = {"imsmanifest.xml": "", "items/item1.xml": a_choice_item()}
    for address, wrong in (("items\\item1.xml", []), ("..\\item1.xml", ["path_escape"] * 2)):
        files["imsmanifest.xml"] = given.a_manifest([("item", address)])
        path = zipped(tmp_path, files)
        if wrong:
            assert codes(refusals(tmp_path, files)) == wrong
        else:
            assert read_package(path).documents.keys() == {"items/item1.xml"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "utf-8-sig"])
def test_a_lone_item_is_read_in_the_encoding_that_it_names(tmp_path: Path, encoding: str) -> None:
    """Windows programs save UTF-16, with its mark."""
    name = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    mark = "\ufeff" if encoding.endswith(("-le", "-be")) else ""
    text = f"{mark}<?xml version='1.0' encoding='{name}'?>{a_choice_item().replace('right!', 'été')}"
    path = tmp_path / "item.xml"
    path.write_bytes(text.encode(encoding))
    assert list(read_package(path).documents) == ["item.xml"]


def test_every_message_says_what_to_do(tmp_path: Path) -> None:
    """A refusal without a way out sends the author to the telephone."""
    files = a_package_of({"item1": "<oops", "item2": given.an_item("<script/>")}) | {
        "imsmanifest.xml": "<x/>"
    }
    for problem in refusals(tmp_path, files):
        assert ":" in problem.message
        assert problem.message.endswith(".")


def test_the_domain_of_an_item_is_its_keyword_else_its_section(tmp_path: Path) -> None:
    """Results are told by domain; it lies in the key and not in what pupils receive."""
    lom = (
        '<metadata><lom xmlns="http://ltsc.ieee.org/xsd/LOM"><classification><keyword>'
        "<string>Géométrie</string></keyword></classification></lom></metadata>"
    )
    items = {"item1": a_choice_item(), "item2": a_choice_item(identifier="item-2")}
    files = a_package_of(items)
    described = given.a_manifest([("item", "item1.xml")], metadata=lom).split("<resources>")[1]
    plain = given.a_manifest([("test", "test.xml"), ("item", "item2.xml")])
    files["imsmanifest.xml"] = plain.replace("</resources></manifest>", described)
    form = compile_form(read_package(zipped(tmp_path, files)), seed=SEED)
    assert [form.key["items"][name]["domain"] for name in ("i1", "i2")] == ["Géométrie", "Calcul"]
    assert "Géométrie" not in str(form.content)


def test_names_are_read_as_unicode_whether_or_not_the_zip_says_so(tmp_path: Path) -> None:
    """Many tools write UTF-8 and forget to say it."""
    item = given.an_item('<p><img src="été.svg" alt=""/></p>')
    files = a_package_of({"item1": item}, media={"été.svg": given.SVG})
    path = zipped(tmp_path, files)
    data = path.read_bytes()
    for flag, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := data.find(flag, start + 1)) >= 0:
            data = data[: start + at] + b"\0\0" + data[start + at + 2 :]
    path.write_bytes(data)
    assert len(compile_form(read_package(path), seed=SEED).content.media) == 1
    path.write_bytes(data.replace("é".encode(), b"\xe9\xe9"))
    assert set(codes(_read(path))) == {"bad_name"}


def test_a_method_that_could_fill_the_memory_is_refused(tmp_path: Path) -> None:
    """Only stored and deflated files are unpacked."""
    path = zipped(tmp_path, a_package_of({"item1": a_choice_item()}))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("notes.txt", "x" * 100)
    assert codes(_read(path)) == ["unsupported_compression"]


def test_folders_and_lone_items_keep_the_limits_too(tmp_path: Path) -> None:
    """The way in makes no difference."""
    (tmp_path / "item.xml").write_text(a_choice_item())
    assert codes(_read(tmp_path, Limits(file_bytes=100))) == ["too_big"]
    assert codes(_read(tmp_path / "item.xml", Limits(file_bytes=100))) == ["too_big"]
    assert codes(_read(tmp_path / "item.xml", Limits(unpacked_bytes=100))) == ["too_big"]


def test_a_package_of_qti_1_is_called_so(tmp_path: Path) -> None:
    """By its manifest, before any item is looked at; and a manifest that names nothing has no items."""
    manifest = given.a_manifest([("item", "item1.xml")]).replace("imsqti_item_xmlv3p0", "imsqti_xmlv1p2")
    files = a_package_of({"item1": a_choice_item()}) | {"imsmanifest.xml": manifest}
    assert codes(refusals(tmp_path, files)) == ["qti_version"]
    assert codes(refusals(tmp_path, {"imsmanifest.xml": given.a_manifest([])})) == ["no_items"]
    broken = a_package_of({"item1": a_choice_item()}) | {"imsmanifest.xml": "<package/>"}
    assert codes(refusals(tmp_path, broken)) == ["no_manifest"]


def test_title_and_language_may_stand_in_the_manifest(tmp_path: Path) -> None:
    """Where there is no test to say them."""
    described = (
        '<metadata><lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general><title><string>Bilan</string></title>'
        "<language>oc</language></general></lom></metadata>"
    )
    manifest = given.a_manifest([("item", "item1.xml")]).replace("<metadata/>", described)
    files = {"imsmanifest.xml": manifest, "item1.xml": given.an_item(attributes="")}
    form = compile_form(read_package(zipped(tmp_path, files)), seed=SEED)
    assert (form.title, form.language) == ("Bilan", "oc")


def test_a_test_that_cannot_be_read_does_not_hide_its_items(tmp_path: Path) -> None:
    """Their problems are told as well."""
    files = a_package_of({"item1": given.an_item("<p><iframe/></p>")}, test="<oops")
    assert set(codes(refusals(tmp_path, files))) == {"broken_xml", "unsupported_element"}
