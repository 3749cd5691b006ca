"""Settings: where they come from, what is refused, and the page that lists them."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from portal.ground import keyfile
from portal.ground.config import BadSettings, Settings, load
from portal.ground.settings import PREFIX, describe, settings_page

ROOT = Path(__file__).parents[2]
GOOD = "kT9-vQ2_xL7.mB4~wZ8+nC1=pF6!rJ3*"
OTHER = "Hy5,sD0;aG7:uE2?oK9&iW4%tR1#lP8/"
MASTER = base64.b64encode(bytes(range(100, 132))).decode()


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    """Return an environment in which everything that has to be there is there."""
    return {
        "PORTAL_INSTANCE_DIR": str(tmp_path),
        "PORTAL_SECRET_KEY": GOOD,
        "PORTAL_LINK_KEY": OTHER,
        "PORTAL_MASTER_KEY": MASTER,
    } | more


def problems(environ: dict[str, str]) -> str:
    """Return what is wrong with an environment, a problem a line."""
    with pytest.raises(BadSettings) as refused:
        load(environ)
    return "\n".join(refused.value.problems)


def test_fills_in_what_nobody_said(tmp_path: Path) -> None:
    settings = load(environment(tmp_path))
    assert settings.database_url == f"sqlite:///{tmp_path / 'portal.db'}"
    assert settings.port == 8000
    assert settings.hosts == ("127.0.0.1",)
    assert settings.why_not_serve() is None


def test_reads_every_kind_of_value(tmp_path: Path) -> None:
    settings = load(
        environment(
            tmp_path,
            PORTAL_PORT="8123",
            PORTAL_TRUSTED_HOSTS="a.example, b.example",
            PORTAL_BASE_URL="https://consent.example/",
            PORTAL_LINK_KEY_PREVIOUS=GOOD[::-1],
        )
    )
    assert settings.port == 8123
    assert settings.hosts == ("a.example", "b.example")
    assert settings.base_url == "https://consent.example"
    assert settings.link_keys == (OTHER, GOOD[::-1])


def test_reads_a_secret_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"  {GOOD[::-1]}\n")
    environ = environment(tmp_path, PORTAL_LINK_KEY_FILE=str(tmp_path / "key"))
    del environ["PORTAL_LINK_KEY"]
    assert load(environ).link_key == GOOD[::-1]


def test_refuses_a_secret_said_twice(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(GOOD[::-1])
    environ = environment(tmp_path, PORTAL_LINK_KEY_FILE=str(tmp_path / "key"))
    assert "PORTAL_LINK_KEY and PORTAL_LINK_KEY_FILE are both set" in problems(environ)


def test_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    environ = environment(tmp_path, PORTAL_SMTP_URL_FILE=str(tmp_path / "nothing"))
    assert "PORTAL_SMTP_URL_FILE names cannot be read" in problems(environ)


def test_refuses_a_file_for_what_is_no_secret(tmp_path: Path) -> None:
    environ = environment(tmp_path, PORTAL_PORT_FILE=str(tmp_path / "port"))
    assert "PORTAL_PORT_FILE is only for secrets" in problems(environ)


def test_takes_new_keys_from_the_instance(tmp_path: Path) -> None:
    path = keyfile.write_keys(tmp_path / "new", keyfile.new_keys())
    settings = load({"PORTAL_INSTANCE_DIR": str(tmp_path / "new")})
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode(settings.master_key)) == 32
    assert len(set(settings.secret_keys + settings.link_keys + settings.master_keys)) == 3


def test_lets_the_environment_come_before_the_instance(tmp_path: Path) -> None:
    keyfile.write_keys(tmp_path, keyfile.new_keys())
    assert load({"PORTAL_INSTANCE_DIR": str(tmp_path), "PORTAL_LINK_KEY": GOOD}).link_key == GOOD


def test_never_overwrites_keys(tmp_path: Path) -> None:
    path = keyfile.write_keys(tmp_path, keyfile.new_keys())
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        keyfile.write_keys(tmp_path, keyfile.new_keys())
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o602])
def test_refuses_keys_that_others_may_read(tmp_path: Path, mode: int) -> None:
    keyfile.write_keys(tmp_path, keyfile.new_keys()).chmod(mode)
    said = problems({"PORTAL_INSTANCE_DIR": str(tmp_path)})
    assert f"chmod 600 {tmp_path / 'keys.env'}" in said


def test_refuses_a_key_file_that_is_none(tmp_path: Path) -> None:
    path = keyfile.write_keys(tmp_path, keyfile.new_keys())
    path.write_text("whatever it was\n")
    said = problems({"PORTAL_INSTANCE_DIR": str(tmp_path)})
    assert "line 1" in said
    assert "whatever it was" not in said


def test_refuses_other_settings_in_the_key_file(tmp_path: Path) -> None:
    keyfile.write_keys(tmp_path, keyfile.new_keys() | {"PORTAL_PORT": "1"})
    said = problems({"PORTAL_INSTANCE_DIR": str(tmp_path)})
    assert "PORTAL_PORT does not belong" in said


@pytest.mark.parametrize(
    "key",
    [
        "",
        "change-me",
        "secret",
        "short-but-9-Random.x",
        "a" * 64,
        "abcabcabc" * 8,
        "please change this to something random 12345",
    ],
)
@pytest.mark.parametrize("name", ["PORTAL_SECRET_KEY", "PORTAL_LINK_KEY"])
def test_refuses_a_key_that_could_be_guessed(tmp_path: Path, name: str, key: str) -> None:
    said = problems(environment(tmp_path, **{name: key}))
    assert said.startswith(f"{name} ")
    assert "portal init" in said


@pytest.mark.parametrize(
    "key",
    [
        "",
        "no base64 at all",
        base64.b64encode(b"k" * 32).decode(),
        base64.b64encode(bytes(range(31))).decode(),
        MASTER[:-1],
        MASTER.replace("=", "") + "*",
    ],
)
def test_refuses_a_master_key_that_is_none(tmp_path: Path, key: str) -> None:
    assert problems(environment(tmp_path, PORTAL_MASTER_KEY=key)).startswith("PORTAL_MASTER_KEY ")


def test_refuses_the_same_key_for_two_purposes(tmp_path: Path) -> None:
    assert "Two of the keys are the same" in problems(environment(tmp_path, PORTAL_LINK_KEY=GOOD))


def test_judges_earlier_keys_too(tmp_path: Path) -> None:
    said = problems(environment(tmp_path, PORTAL_MASTER_KEY_PREVIOUS="old, older"))
    assert said.count("PORTAL_MASTER_KEY_PREVIOUS") == 2


@pytest.mark.parametrize(
    "name, value",
    [
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("THREADS", "²"),
        ("BASE_URL", "consent.example"),
        ("BASE_URL", "ftp://consent.example"),
        ("BASE_URL", "https://consent.example/portal"),
        ("BASE_URL", "https://a:b@consent.example"),
        ("BASE_URL", "https://consent.example:port"),
        ("DATABASE_URL", "mysql://here/portal"),
        ("MAIL_FROM", "nobody"),
        ("SMTP_URL", "http://mail.example"),
        ("TSA_URL", "ftp://stamps.example"),
        ("TSA_URL", "http://[stamps"),
        ("LOG_LEVEL", "loud"),
        ("COACH_IDLE_MINUTES", "721"),
        ("PARTY_IDLE_MINUTES", "121"),
    ],
)
def test_refuses_a_value_of_the_wrong_form(tmp_path: Path, name: str, value: str) -> None:
    said = problems(environment(tmp_path, **{f"PORTAL_{name}": value}))
    assert said.startswith(f"PORTAL_{name} ")
    assert "\n" not in said


@pytest.mark.parametrize(
    "url",
    [
        "smtp://127.0.0.1:2525",
        "smtp+starttls://ana:pass%40word@mail.example",
        "smtps://mail.example",
    ],
)
def test_takes_a_mail_server(tmp_path: Path, url: str) -> None:
    assert load(environment(tmp_path, PORTAL_SMTP_URL=url)).smtp_url == url


def test_names_the_setting_that_was_meant(tmp_path: Path) -> None:
    said = problems(environment(tmp_path, PORTAL_SMPT_URL="smtp://mail.example"))
    assert said == "PORTAL_SMPT_URL is no setting. Write PORTAL_SMTP_URL, or remove it."


def test_lets_be_what_an_orchestrator_adds(tmp_path: Path) -> None:
    environ = environment(tmp_path, PORTAL_SERVICE_PORT_8000_TCP_ADDR="10.0.0.1")
    assert load(environ).port == 8000


def test_tells_everything_at_once_and_no_secret(tmp_path: Path) -> None:
    said = problems(
        {
            "PORTAL_INSTANCE_DIR": str(tmp_path),
            "PORTAL_SECRET_KEY": "hunter2-hunter2",
            "PORTAL_PORT": "x",
            "PORTAL_LOG_LEVEL": "x",
        }
    )
    assert said.count("\n") == 4
    assert "hunter2" not in said


def test_shows_no_secret_of_the_settings(tmp_path: Path) -> None:
    settings = load(environment(tmp_path, PORTAL_SMTP_URL="smtp://ana:hunter2@mail.example"))
    assert not any(hidden in repr(settings) for hidden in (GOOD, OTHER, MASTER, "hunter2"))


@pytest.mark.parametrize(
    "base, host, allowed",
    [
        ("http://127.0.0.1:8000", "127.0.0.1", True),
        ("http://localhost:8000", "::1", True),
        ("https://consent.example", "0.0.0.0", True),
        ("http://127.0.0.1:8000", "0.0.0.0", False),
        ("http://consent.example", "127.0.0.1", False),
        ("http://192.168.1.5:8000", "192.168.1.5", False),
    ],
)
def test_serves_plain_http_to_this_machine_alone(base: str, host: str, allowed: bool) -> None:
    settings = Settings(
        secret_key=GOOD, link_key=OTHER, master_key=MASTER, base_url=base, host=host
    )
    assert (settings.why_not_serve() is None) is allowed


def test_describes_every_setting() -> None:
    for one in describe():
        assert one.name.startswith(PREFIX)
        assert one.description.endswith(".")
    secrets = {one.name for one in describe() if one.secret}
    assert {"PORTAL_MASTER_KEY", "PORTAL_SMTP_URL", "PORTAL_DATABASE_URL"} <= secrets


def test_has_a_page_that_is_up_to_date() -> None:
    written = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert written == settings_page(), "run: make settings"
