"""The files of a package: from a zip, a folder or a lone XML file, within limits.

A zip is judged by its table of contents before anything is unpacked; names that climb out,
links, doubles, bombs and encrypted files are refused. Archives inside the archive stay shut.
What comes out is a plain mapping of names to bytes; nothing is ever written to disk.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterable, MutableMapping
from pathlib import Path

from items.problems import Findings, Problem, Refused
from items.qti.limits import MIB, Limits

Files = MutableMapping[str, bytes]  # pictures written into an item are added to them
MANIFEST = "imsmanifest.xml"
ENCRYPTED = 0x1
LOCAL_HEADER_BYTES = 30  # before the name
RATIO_FROM_BYTES = MIB  # a small file of blanks is no bomb
# A record in the table of contents takes 46 bytes, the name and the extra fields.
CONTENTS_BYTES_PER_FILE = 512
END_OF_CONTENTS = b"PK\x05\x06"
ZIP64_LOCATOR = b"PK\x06\x07"


def read_archive(path: Path, limits: Limits) -> Files:
    """All files of a zip."""
    size = path.stat().st_size
    if size > limits.archive_bytes:
        message = f"The package has {size} bytes, {limits.archive_bytes} are allowed: shrink its pictures."
        raise _refused(path.name, "too_big", message)
    _look_at_the_end(path, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            return _unpack(archive, path.name, limits)
    except UnicodeDecodeError as error:
        raise _refused(path.name, "bad_name", "A file name is not valid UTF-8: rename it.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise _refused(path.name, "broken_zip", f"The zip is damaged ({error}): export it again.") from error


def _look_at_the_end(path: Path, limits: Limits) -> None:
    """Refuse what is no zip, or one whose table of contents alone would fill the memory."""
    tail_bytes = 22 + 65_535  # the end record and the longest comment
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - tail_bytes))
        tail = file.read()
    end = tail.rfind(END_OF_CONTENTS)
    if end < 0 or not zipfile.is_zipfile(path):
        message = "This is not a zip file: give the QTI package as the authoring tool exported it."
        raise _refused(path.name, "not_a_zip", message)
    contents_bytes = int.from_bytes(tail[end + 12 : end + 16], "little")
    zip64 = tail[max(0, end - 20) : end].startswith(ZIP64_LOCATOR)
    if zip64 or contents_bytes > limits.files * CONTENTS_BYTES_PER_FILE:
        message = f"The zip lists too many files ({limits.files} are allowed): split the package."
        raise _refused(path.name, "too_many_files", message)


def _unpack(archive: zipfile.ZipFile, name: str, limits: Limits) -> Files:
    entries = [info for info in archive.infolist() if not info.is_dir()]
    findings = Findings()
    _check_sizes(entries, name, findings, limits)
    _check_places(archive, entries, findings)
    for info in entries:
        if trouble := _trouble(info):
            findings.refuse(info.filename, 0, *trouble)
    names = [_name(info, findings) for info in entries]
    check_names(names, findings)
    findings.stop_if_refused()
    return {name: archive.read(info) for name, info in zip(names, entries, strict=True)}


def _check_sizes(entries: list[zipfile.ZipInfo], name: str, findings: Findings, limits: Limits) -> None:
    """`zipfile` never unpacks more of a file than the table of contents says: these sums are the truth."""
    check_totals([info.file_size for info in entries], name, findings, limits)
    for info in entries:
        packed = max(1, info.compress_size)
        if info.file_size > RATIO_FROM_BYTES and info.file_size / packed > limits.ratio:
            message = (
                f"It unpacks to more than {limits.ratio} times its size, as a zip bomb does: leave it out."
            )
            findings.refuse(info.filename, 0, "zip_bomb", message)
        if info.file_size > limits.file_bytes:
            findings.refuse(info.filename, 0, *_too_big(info.file_size, limits))


def _check_places(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], findings: Findings) -> None:
    """Files that lie on one another in the zip are unpacked from the same bytes, again and again."""
    starts = sorted((info.header_offset, info.compress_size, info.filename) for info in entries)
    ends = [start for start, _, _ in starts[1:]] + [archive.start_dir]
    for (start, packed, name), end in zip(starts, ends, strict=True):
        if start + LOCAL_HEADER_BYTES + packed > end:
            message = "Files of the zip lie on one another, as in a zip bomb: zip the package again."
            findings.refuse(name, 0, "zip_bomb", message)


def check_totals(sizes: list[int], name: str, findings: Findings, limits: Limits) -> None:
    if len(sizes) > limits.files:
        message = f"The package holds {len(sizes)} files, {limits.files} are allowed: split it."
        findings.refuse(name, 0, "too_many_files", message)
    if sum(sizes) > limits.unpacked_bytes:
        message = (
            f"The package unpacks to {sum(sizes)} bytes, {limits.unpacked_bytes} are allowed: "
            "split it or shrink its pictures."
        )
        findings.refuse(name, 0, "too_big", message)


def _too_big(size: int, limits: Limits) -> tuple[str, str]:
    return "too_big", f"The file has {size} bytes, {limits.file_bytes} are allowed: shrink it."


def _trouble(info: zipfile.ZipInfo) -> tuple[str, str] | None:
    if stat.S_ISLNK(info.external_attr >> 16):
        return "link", "Links are not allowed in a package: put the file itself there."
    if info.flag_bits & ENCRYPTED:
        return "encrypted", "The file is protected by a password: export the package without one."
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "unsupported_compression", "Zip the package with the usual method (deflate)."
    return None


def _name(info: zipfile.ZipInfo, findings: Findings) -> str:
    """The name in Unicode: tools forget the flag that says UTF-8 more often than they use another code."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode()
    except UnicodeDecodeError:
        findings.refuse(info.filename, 0, "bad_name", "The file name is not valid UTF-8: rename it.")
        return info.filename


def check_names(names: Iterable[str], findings: Findings) -> None:
    """Names stay inside the package, and no two are the same on a computer that ignores case."""
    seen: set[str] = set()
    for name in names:
        if "\\" in name or "\0" in name or any(ord(letter) < 32 for letter in name):
            message = "The file name holds a backslash or a control character: use / between folders."
            findings.refuse(name, 0, "bad_name", message)
        parts = name.split("/")
        if name.startswith("/") or ".." in parts or ":" in parts[0]:
            message = "The file name points out of the package: use names relative to its root."
            findings.refuse(name, 0, "path_escape", message)
        if name.casefold() in seen:
            message = "Two files have this name (capitals make no difference): rename one."
            findings.refuse(name, 0, "duplicate_name", message)
        seen.add(name.casefold())


def read_folder(root: Path, limits: Limits) -> Files:
    """All files of an unpacked package."""
    findings = Findings()
    paths: dict[str, Path] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            findings.refuse(name, 0, "link", "Links are not allowed in a package: put the file itself there.")
        elif path.is_file():
            paths[name] = path
    sizes = {name: path.stat().st_size for name, path in paths.items()}
    check_totals(list(sizes.values()), root.name, findings, limits)
    for name, size in sizes.items():
        if size > limits.file_bytes:
            findings.refuse(name, 0, *_too_big(size, limits))
    check_names(paths, findings)
    findings.stop_if_refused()
    return {name: path.read_bytes() for name, path in paths.items()}


def _refused(file: str, code: str, message: str) -> Refused:
    return Refused([Problem(file, 0, code, message)])
