"""Settings: where they come from, and which combinations are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.settings import Settings, SettingsError


def test_a_variable_wins_over_the_file_and_an_option_over_both(tmp_path: Path) -> None:
    """Option, then environment, then file, then default."""
    file = tmp_path / "settings.toml"
    file.write_text('port = 8001\nworkers = 3\nhost = "127.0.0.1"\n')
    environ = {"PASSATION_CONFIG": str(file), "PASSATION_PORT": "8002", "HOME": "/"}
    assert Settings.load(environ).port == 8002
    assert Settings.load(environ, port=8003).port == 8003
    assert Settings.load(environ).workers == 3


def test_settings_travel_to_child_processes_unchanged() -> None:
    """What the supervisor hands on is what it was given."""
    settings = Settings.load({}, port=8010, behind_proxy=True, data_dir=Path("elsewhere"))
    assert Settings.load(settings.to_environ()) == settings


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"PASSATION_PROT": "8080"}, "PASSATION_PROT is not a setting"),
        ({"PASSATION_PORT": "many"}, "takes a int"),
        ({"PASSATION_PORT": "70000"}, "must lie between"),
        ({"PASSATION_BEHIND_PROXY": "perhaps"}, "takes true or false"),
        ({"PASSATION_HOST": "0.0.0.0"}, "refusing to listen on 0.0.0.0 in clear text"),
        ({"PASSATION_TLS_CERT": "x.pem"}, "go together"),
        ({"PASSATION_KEYS_DIR": "var/data/keys"}, "a backup would carry the keys"),
        ({"PASSATION_AUTHORITY_ORIGIN": "https://asp.test/"}, "must be an origin"),
        ({"PASSATION_CONFIG": "/nowhere.toml"}, "cannot read the settings file"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(environ: dict[str, str], words: str) -> None:
    """Each refusal says which setting, and what it takes."""
    with pytest.raises(SettingsError, match=words):
        Settings.load(environ)


def test_outside_the_loopback_tls_or_a_proxy_is_enough() -> None:
    """With one of them the server may listen to the world."""
    assert Settings.load({"PASSATION_HOST": "0.0.0.0"}, behind_proxy=True).host == "0.0.0.0"
