"""The author's preview: the pupil's page itself, and beside it what only the author may see."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from engine.demonstration import FORMS
from tests.browser.conftest import Open
from tests.ports import free_port
from tests.served import ROOT


class Previewed(NamedTuple):
    """A running preview: the panel's address, and the package that it watches."""

    url: str
    package: Path

    def get(self, path: str, host: str = "") -> tuple[int, bytes]:
        """Ask for a path, under another name if one is given."""
        address = urlsplit(self.url).netloc
        connection = HTTPConnection(address)
        try:
            connection.request("GET", path, headers={"Host": host or address})
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def change(self, item: str, old: str, new: str) -> None:
        path = self.package / "items" / f"{item}.xml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def previewed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previewed]:
    """`passation items preview` as a process of its own."""
    package = Path(shutil.copytree(FORMS / "maths-6e", tmp_path_factory.mktemp("author") / "form"))
    command = [sys.executable, "-m", "engine", "items", "preview", str(package), "--port", str(free_port())]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Previewed(process.stdout.readline().split()[-1], package)
        process.terminate()
        assert process.wait() == 0


def test_an_author_answers_as_a_pupil_and_sees_how_it_is_scored(opened: Open, previewed: Previewed) -> None:
    """Response, key, score and the rule that fired; a changed file is shown at once, a broken one is told."""
    page = opened(locale="en-GB").new_page()
    page.goto(previewed.url)
    player, panel = page.frame_locator("iframe"), page.locator("#panel")
    page.get_by_role("button", name="Go to the questions").click()

    player.locator(".qti-choices label", has_text="3 040 008").click()

    expect(panel.locator(".score.full")).to_have_text("1out of 1")
    expect(panel.locator("tbody td")).to_have_text(["RESPONSE", "forty-thousand", "forty-thousand"])
    expect(panel.locator(".trace summary")).to_contain_text("match(RESPONSE, correct(RESPONSE))true")

    panel.locator(".items button").nth(5).click()
    expect(player.locator(".question h1")).to_contain_text("6")
    expect(panel.locator("h1")).to_have_text("Reconnaître trois quarts")
    expect(panel.locator(".score")).to_have_text("0out of 2")

    previewed.change("MA-6-006", "Coche toutes", "Marque toutes")
    expect(player.locator(".qti-prompt").first).to_contain_text("Marque toutes")
    previewed.change("MA-6-006", "</qti-item-body>", "<qti-nothing/></qti-item-body>")
    expect(panel.locator(".box.bad")).to_contain_text("<qti-nothing> cannot be shown")
    expect(player.locator(".qti-prompt").first).to_contain_text("Marque toutes")
    page.get_by_role("button", name="Français").click()
    expect(panel.locator(".box.bad")).to_contain_text("ne peut plus être importé")


def test_only_the_author_on_this_computer_gets_the_keys(previewed: Previewed) -> None:
    """Not under another host's name, not without the panel's own address; the pupil's API tells none."""
    path = urlsplit(previewed.url).path
    status, body = previewed.get(f"{path}state?after=-1")
    assert (status, "correct" in json.loads(body)["items"][0]) == (200, True)

    assert previewed.get(f"{path}state?after=-1", host="evil.example")[0] == 404
    assert previewed.get("/", host="evil.example")[0] == 404
    assert previewed.get("/preview-guess/state")[0] == 404
    assert previewed.get(f"{path}../../engine/README.md")[0] == 404
    assert previewed.get("/api/v1/time")[0] == 200
