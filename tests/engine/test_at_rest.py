"""P7 and P8: what lies on the disk, and what the logs say, gives no answer, code or token away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pupil import PupilClient, Refused
from tests.served import served

WORDS = "un okapi dans la bibliothèque"


def test_no_answer_code_or_token_stands_in_any_file_or_log_line(tmp_path: Path) -> None:
    """A long answer is sent, archived and scored; then every byte that the engine left is searched."""
    with served(tmp_path, log_level="debug") as engine:
        delivery = engine.prepare(codes_each=2)[0]
        pupil = PupilClient(engine.url, delivery.codes[0])
        pupil.login()
        pupil.start()
        items = engine.schema(delivery.delivery)["items"]
        item = next(name for name, shapes in items.items() if shapes["r1"]["kind"] == "extended-text")
        pupil.answer(**{item: {"r1": WORDS}})
        with pytest.raises(Refused, match="bad_request"):
            pupil.send(b'{"n": 2, "answers": "' + WORDS.encode() + b'"}')
        pupil.submit()
        while pupil.resume()["sealed"] < 1:
            pass  # the archive follows the journal in its own time
        engine.stop()
        log = "".join(engine.log).encode()
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    secrets = [WORDS.encode(), WORDS.encode("unicode_escape"), pupil.code.encode(), pupil.token.encode()]
    assert any(path.name == "archive.sqlite" for path in left)
    assert any(path.suffix in (".aof", ".incr", ".base") or "appendonly" in path.name for path in left)
    for secret in secrets:
        assert [path.name for path in left if secret in path.read_bytes()] == []
        assert secret not in log


def test_files_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    """Keys, archive and journal are nobody else's, whatever the umask of the operator's shell."""
    with served(tmp_path) as engine:
        engine.prepare(codes_each=1)
    open_to_others = [
        str(path.relative_to(tmp_path))
        for path in tmp_path.rglob("*")
        if path.is_file() and path.stat().st_mode & 0o077 and "content" not in path.parts
    ]
    assert open_to_others == []
