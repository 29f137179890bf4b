"""QTI written by us for the tests: small items, tests and packages, made where they are needed."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from items.compile import compile_form
from items.model import Form
from items.package import Package, read_package
from items.problems import Problem, Refused

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGING = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
MATH = "http://www.w3.org/1998/Math/MathML"
SEED = bytes(range(16))
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><circle cx="9" cy="9" r="5"/></svg>'

Files = dict[str, str | bytes]


def declared(
    correct: Iterable[str] = ("right",),
    *,
    identifier: str = "RESPONSE",
    cardinality: str = "single",
    base_type: str = "identifier",
) -> str:
    """A response declaration and its right answer."""
    values = "".join(f"<qti-value>{value}</qti-value>" for value in correct)
    key = f"<qti-correct-response>{values}</qti-correct-response>" if values else ""
    return (
        f'<qti-response-declaration identifier="{identifier}" cardinality="{cardinality}" '
        f'base-type="{base_type}">{key}</qti-response-declaration>'
    )


def an_item(
    body: str = "<p>Lis ceci.</p>",
    declarations: str = "",
    *,
    identifier: str = "item-1",
    attributes: str = 'xml:lang="fr"',
    rest: str = "",
) -> str:
    """An item scored by `match_correct`; an item that asks nothing when nothing is declared."""
    template = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"
    processing = f'<qti-response-processing template="{template}"/>' if "RESPONSE" in declarations else ""
    return (
        f'<qti-assessment-item xmlns="{QTI}" xmlns:m="{MATH}" identifier="{identifier}" title="secret title" '
        f'time-dependent="false" {attributes}>\n{declarations}\n'
        '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>\n'
        f"<qti-item-body>\n{body}\n</qti-item-body>\n{processing}{rest}</qti-assessment-item>"
    )


def a_choice_item(
    choices: Iterable[str] = ("right", "wrong", "other"),
    *,
    shuffle: bool = True,
    identifier: str = "item-1",
    more: str = "",
) -> str:
    """A question with one right answer, the choice `right`."""
    listed = "".join(
        f'<qti-simple-choice identifier="{name}">{name}!</qti-simple-choice>' for name in choices
    )
    body = (
        f'<qti-choice-interaction response-identifier="RESPONSE" shuffle="{str(shuffle).lower()}" {more}>'
        f"<qti-prompt>Laquelle ?</qti-prompt>{listed}</qti-choice-interaction>"
    )
    return an_item(body, declared(), identifier=identifier)


def a_quick_item(attributes: str = "") -> str:
    """A choice that gives a point whatever is chosen, to whoever takes less than 20 seconds."""
    plain = a_choice_item().replace('xml:lang="fr"', f'xml:lang="fr" {attributes}')
    rules = (
        "<qti-response-processing><qti-response-condition><qti-response-if><qti-duration-lt>"
        '<qti-variable identifier="duration"/><qti-base-value base-type="duration">20</qti-base-value>'
        '</qti-duration-lt><qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">1'
        "</qti-base-value></qti-set-outcome-value></qti-response-if></qti-response-condition>"
        "</qti-response-processing></qti-assessment-item>"
    )
    return plain[: plain.index("<qti-response-processing")] + rules


def a_test(sections: str, *, attributes: str = 'title="Épreuve"', before: str = "", part: str = "") -> str:
    """A test of one part."""
    return (
        f'<qti-assessment-test xmlns="{QTI}" identifier="test" xml:lang="fr" {attributes}>{before}'
        f'<qti-test-part identifier="part" navigation-mode="nonlinear" submission-mode="simultaneous" {part}>'
        f"{sections}</qti-test-part></qti-assessment-test>"
    )


def a_section(*references: str, title: str = "Calcul", inside: str = "", identifier: str = "section") -> str:
    return (
        f'<qti-assessment-section identifier="{identifier}" title="{title}" visible="true">'
        f"{inside}{''.join(references)}</qti-assessment-section>"
    )


def a_reference(name: str, more: str = "") -> str:
    return f'<qti-assessment-item-ref identifier="ref-{name}" href="{name}.xml" {more}/>'


def a_manifest(resources: Iterable[tuple[str, str]], extra: Iterable[str] = (), metadata: str = "") -> str:
    """`resources` are (type, file); `extra` are files that the last one names besides."""
    listed = list(resources)
    written = ""
    for number, (kind, href) in enumerate(listed):
        files = [href, *(extra if number == len(listed) - 1 else ())]
        named = "".join(f'<file href="{name}"/>' for name in files)
        written += (
            f'<resource identifier="res-{number}" type="imsqti_{kind}_xmlv3p0" href="{href}">\n'
            f"{metadata}{named}</resource>\n"
        )
    return (
        f'<manifest xmlns="{PACKAGING}" identifier="manifest"><metadata/><organizations/>'
        f"<resources>\n{written}</resources></manifest>"
    )


def a_package_of(
    items: Mapping[str, str], *, test: str = "", media: Mapping[str, bytes] | None = None
) -> Files:
    """Files of a package: items by name (without .xml), their test, their pictures."""
    names = list(items)
    test = test or a_test(a_section(*(a_reference(name) for name in names)))
    resources = [("test", "test.xml"), *(("item", f"{name}.xml") for name in names)]
    files: Files = {"imsmanifest.xml": a_manifest(resources, media or ()), "test.xml": test}
    files.update({f"{name}.xml": text for name, text in items.items()})
    files.update(media or {})
    return files


def zipped(folder: Path, files: Mapping[str, str | bytes], name: str = "package.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inner, data in files.items():
            archive.writestr(inner, data)
    return path


def a_package(folder: Path, *items: str, media: Mapping[str, bytes] | None = None, test: str = "") -> Package:
    """The items, as item1.xml and so on, in a zip that was read."""
    named = {f"item{number}": item for number, item in enumerate(items, 1)}
    return read_package(zipped(folder, a_package_of(named, media=media, test=test)))


def a_form(
    folder: Path,
    *items: str,
    media: Mapping[str, bytes] | None = None,
    seed: bytes = SEED,
    test: str = "",
) -> Form:
    return compile_form(a_package(folder, *items, media=media, test=test), seed=seed)


def refusals(folder: Path, files: Mapping[str, str | bytes]) -> list[Problem]:
    """What is wrong with a package, in both stages; nothing when it is taken."""
    try:
        compile_form(read_package(zipped(folder, files)), seed=SEED)
    except Refused as refused:
        return list(refused.problems)
    return []


def refusals_of(folder: Path, *items: str, media: Mapping[str, bytes] | None = None) -> list[Problem]:
    named = {f"item{number}": item for number, item in enumerate(items, 1)}
    return refusals(folder, a_package_of(named, media=media))


def codes(problems: Iterable[Problem]) -> list[str]:
    return [problem.code for problem in problems]


def png(width: int = 7, height: int = 5, text: bytes = b"") -> bytes:
    """A black picture; `text` goes into a comment, as drawing programs leave them."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    comment = chunk(b"tEXt", b"Comment\0" + text) if text else b""
    rows = chunk(b"IDAT", zlib.compress(b"\0" * (width + 1) * height))
    return b"\x89PNG\r\n\x1a\n" + header + comment + rows + chunk(b"IEND", b"")
