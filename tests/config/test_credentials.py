"""Profiles and tokens: each token is used only for its endpoint, and the store is private."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgc_tui import config
from cgc_tui.config import private_files
from cgc_tui.config.credentials import Access, Credentials, TokenSource
from cgc_tui.config.platforms import PLATFORMS, CredentialsError, normalize_endpoint, parse_token, platform_at
from cgc_tui.config.private_files import MAX_BYTES, config_directory
from cgc_tui.domain.token import Token
from tests.support.system_calls import refuse

CGC = PLATFORMS["cgc"].endpoint
EU = PLATFORMS["sb-eu"].endpoint
LAB = "https://lab.example.org:8443/v2"
STORE, ENVIRONMENT, THEIRS = TokenSource


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "config" / "cgc-tui"


Make = Callable[..., Credentials]


@pytest.fixture
def make(tmp_path: Path, directory: Path) -> Make:
    """Return a function that makes credentials with a given environment."""

    def new(**environ: str) -> Credentials:
        return Credentials(directory, environ=environ, home=tmp_path)

    return new


def write(path: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def section(name: str, endpoint: str, token: str) -> str:
    return f"[{name}]\napi_endpoint = {endpoint}\nauth_token = {token}\n"


def revealed(access: Access) -> tuple[str | None, TokenSource | None]:
    return access.token.reveal() if access.token else None, access.source


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    old = os.umask(0o022)
    yield os.umask
    os.umask(old)


# Platforms, endpoints, tokens


def test_the_known_platforms() -> None:
    assert list(PLATFORMS) == ["cgc", "sb-us", "sb-eu", "sb-cn", "cavatica", "bdc"]
    assert [platform.title for platform in PLATFORMS.values()] == [
        *("CGC", "SB US", "SB EU", "SB China", "CAVATICA", "BDC")
    ]
    assert PLATFORMS["cgc"].web == "https://cgc.sbgenomics.com"
    assert PLATFORMS["bdc"].web is None
    for platform in PLATFORMS.values():
        assert normalize_endpoint(platform.endpoint) == platform.endpoint
        assert platform_at(platform.endpoint) is platform
    assert platform_at("HTTPS://CGC-API.sbgenomics.com:443/") is PLATFORMS["cgc"]
    assert platform_at(LAB) is None
    assert platform_at("nonsense") is None


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("https://cgc-api.sbgenomics.com/v2", CGC),
        (" https://cgc-api.sbgenomics.com/v2//\n", CGC),
        ("HTTPS://CGC-API.SBGenomics.com:443", CGC),
        ("https://cgc-api.sbgenomics.com:/", CGC),
        ("https://cgc-api.sbgenomics.com:0443/v2", CGC),
        ("https://h/V2/x/", "https://h/V2/x"),
        ("https://h:8443", "https://h:8443/v2"),
        ("http://localhost:80/v2", "http://localhost/v2"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v2"),
        ("http://127.255.1.2/v2", "http://127.255.1.2/v2"),
        ("http://[0:0:0:0:0:0:0:1]:8000", "http://[::1]:8000/v2"),
        ("https://[2001:DB8::1]", "https://[2001:db8::1]/v2"),
    ],
)
def test_endpoints_are_normalized(text: str, endpoint: str) -> None:
    assert normalize_endpoint(text) == endpoint
    assert normalize_endpoint(endpoint) == endpoint


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "cgc-api.sbgenomics.com", "//h/v2", "ftp://h/v2", "file:///v2", "https://", "https:///v2"),
        *("https://s3cret@h/v2", "https://a:s3cret@h/v2", "https://@h/v2", "https://h@evil.example/v2"),
        *("https://h/v2?s3cret", "https://h/v2?", "https://h/v2#s3cret", "https://h/v2#", "https://h?a=/v2"),
        *(
            "https://h\\@evil.example/v2",
            "https://h/v2\\",
            "https://h /v2",
            "https://h/v 2",
            "https://h\n/v2",
        ),
        *("https://h:0/v2", "https://h:65536/v2", "https://h:x/v2", "https://h:٣/v2", "https://h:-1"),
        *("https://.h/v2", "https://h..x/v2", "https://h./v2", "https://%68/v2", "https://hé/v2"),
        *("https://\u212a.example/v2", "https://[::1/v2", "https://[::1%25lo]/v2", "https://[1]/v2"),
    ],
)
def test_invalid_endpoints_are_rejected(text: str) -> None:
    with pytest.raises(CredentialsError, match=r"^The endpoint must be a URL such as https://") as caught:
        normalize_endpoint(text)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        *("cgc-api.sbgenomics.com", "127.0.0.1.example.org", "127.999.0.1", "127.1", "0.0.0.0", "128.0.0.1"),
        *("localhost.example.org", "notlocalhost", "[::2]", "[::ffff:127.0.0.1]", "2130706433", "127.0.0.01"),
    ],
)
def test_http_is_allowed_for_loopback_only(host: str) -> None:
    with pytest.raises(CredentialsError, match=r"must begin with https://"):
        normalize_endpoint(f"http://{host}/v2")


@pytest.mark.parametrize("text", ["abc", "  abc\r\n", "!%~;#=[]", "x" * 512])
def test_white_space_around_a_token_is_removed(text: str) -> None:
    assert parse_token(text).reveal() == text.strip()


@pytest.mark.parametrize("text", ["", " \n", "s3cret s3cret", "s3cret\ns3cret", "s3cret\x1b", "s3créts3cret"])
def test_an_invalid_token_is_not_repeated(text: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        parse_token(text)
    assert "s3c" not in str(caught.value)


def test_a_token_has_a_maximum_length() -> None:
    with pytest.raises(CredentialsError):
        parse_token("x" * 513)


def test_the_title_of_an_access() -> None:
    assert Access("cgc", CGC, None, None).title == "CGC"
    assert Access("lab", LAB, None, None).title == "lab.example.org:8443"


def test_the_config_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    usual = config_directory(os.environ)
    assert usual.is_relative_to(tmp_path)
    assert usual.name == "cgc-tui"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert config_directory(os.environ) == usual
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert config_directory(os.environ) == tmp_path / "xdg" / "cgc-tui"


def test_a_relative_directory_from_an_older_platformdirs_is_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(private_files, "user_config_path", lambda *_, **__: Path("relative/cgc-tui"))
    assert config_directory({"XDG_CONFIG_HOME": "relative"}) == tmp_path / ".config" / "cgc-tui"


# Resolving profile, endpoint and token


BOTH = (
    section("cgc", CGC, "stored-cgc")
    + section("sb-eu", EU, "stored-eu")
    + section("work", CGC, "stored-work")
)
OURS = section("lab", LAB, "stored-lab")
OTHERS = section("default", CGC, "theirs-default") + section("sb-eu", EU, "theirs-eu")


@pytest.mark.parametrize(
    ("options", "environ", "stored", "others", "profile", "endpoint", "token", "source"),
    [
        # the profile
        ({}, {}, "", "", "cgc", CGC, None, None),
        ({"default_profile": "sb-eu"}, {}, BOTH, "", "sb-eu", EU, "stored-eu", STORE),
        ({"default_profile": "bdc"}, {"CGC_TUI_PROFILE": "sb-eu"}, BOTH, "", "sb-eu", EU, "stored-eu", STORE),
        ({"profile": "work"}, {"CGC_TUI_PROFILE": "sb-eu"}, BOTH, "", "work", CGC, "stored-work", STORE),
        ({}, {"CGC_TUI_PROFILE": ""}, BOTH, "", "cgc", CGC, "stored-cgc", STORE),
        # the endpoint
        ({"endpoint": LAB}, {"SB_API_ENDPOINT": EU}, BOTH, "", "cgc", LAB, None, None),
        ({}, {"SB_API_ENDPOINT": EU}, BOTH, "", "sb-eu", EU, "stored-eu", STORE),
        ({"profile": "cgc"}, {"SB_API_ENDPOINT": EU}, BOTH, "", "cgc", CGC, "stored-cgc", STORE),
        ({"profile": "cgc", "endpoint": EU}, {}, BOTH, OTHERS, "cgc", EU, None, None),
        ({}, {}, section("cgc", LAB, "moved"), OTHERS, "cgc", LAB, "moved", STORE),
        ({}, {}, "[cgc]\nauth_token = bare\n", "", "cgc", CGC, "bare", STORE),
        ({"endpoint": LAB}, {}, BOTH + OURS, "", "lab", LAB, "stored-lab", STORE),
        ({"profile": "sb-us", "endpoint": LAB}, {}, BOTH + OURS, "", "sb-us", LAB, None, None),
        # the token: the store with --profile, SB_AUTH_TOKEN, the store, the other clients' file
        ({"profile": "cgc"}, {"SB_AUTH_TOKEN": "env"}, BOTH, OTHERS, "cgc", CGC, "stored-cgc", STORE),
        ({"profile": "cgc"}, {"SB_AUTH_TOKEN": "env"}, "", OTHERS, "cgc", CGC, "env", ENVIRONMENT),
        ({}, {"SB_AUTH_TOKEN": " env\n"}, BOTH, OTHERS, "cgc", CGC, "env", ENVIRONMENT),
        ({}, {"SB_AUTH_TOKEN": " "}, BOTH, OTHERS, "cgc", CGC, "stored-cgc", STORE),
        ({}, {}, section("work", CGC, "stored-work"), "", "cgc", CGC, None, None),
        ({}, {}, "", OTHERS, "cgc", CGC, "theirs-default", THEIRS),
        ({"profile": "sb-eu"}, {}, "", OTHERS, "sb-eu", EU, "theirs-eu", THEIRS),
        ({"profile": "sb-us"}, {}, "", OTHERS, "sb-us", PLATFORMS["sb-us"].endpoint, None, None),
        ({}, {}, "", section("cgc", EU, "x") + OTHERS, "cgc", CGC, "theirs-default", THEIRS),
        ({}, {}, "", "[cgc]\nauth_token = for-nowhere\n", "cgc", CGC, None, None),
        # the endpoint of SB_AUTH_TOKEN
        ({}, {"SB_AUTH_TOKEN": "env", "SB_API_ENDPOINT": LAB}, BOTH, "", "cgc", LAB, "env", ENVIRONMENT),
        ({"endpoint": LAB}, {"SB_AUTH_TOKEN": "env"}, BOTH, "", "cgc", LAB, None, None),
        ({"endpoint": f"{CGC}/"}, {"SB_AUTH_TOKEN": "env"}, BOTH, "", "cgc", CGC, "env", ENVIRONMENT),
        ({"profile": "sb-eu"}, {"SB_AUTH_TOKEN": "env"}, "", "", "sb-eu", EU, None, None),
        ({"profile": "sb-eu"}, {"SB_AUTH_TOKEN": "env"}, "", OTHERS, "sb-eu", EU, "theirs-eu", THEIRS),
        (
            *({"profile": "sb-eu"}, {"SB_AUTH_TOKEN": "env", "SB_API_ENDPOINT": EU}, "", ""),
            *("sb-eu", EU, "env", ENVIRONMENT),
        ),
        (
            *({"profile": "cgc"}, {"SB_AUTH_TOKEN": "env", "SB_API_ENDPOINT": EU}, "", ""),
            *("cgc", CGC, None, None),
        ),
        (
            *({"profile": "cgc"}, {"SB_AUTH_TOKEN": "env", "SB_API_ENDPOINT": "junk"}, "", ""),
            *("cgc", CGC, None, None),
        ),
        (
            *({"profile": "cgc"}, {"SB_AUTH_TOKEN": "env", "CGC_TUI_PROFILE": "sb-eu"}, "", ""),
            *("cgc", CGC, None, None),
        ),
        (
            *({}, {"SB_AUTH_TOKEN": "env", "CGC_TUI_PROFILE": "sb-eu"}, "", ""),
            *("sb-eu", EU, "env", ENVIRONMENT),
        ),
        ({"default_profile": "sb-eu"}, {"SB_AUTH_TOKEN": "env"}, "", "", "sb-eu", EU, "env", ENVIRONMENT),
        (
            *({"profile": "cgc", "default_profile": "typo"}, {"SB_AUTH_TOKEN": "env"}, "", ""),
            *("cgc", CGC, None, None),
        ),
    ],
)
def test_the_platform_and_the_token_are_resolved(
    make: Make,
    tmp_path: Path,
    directory: Path,
    options: dict[str, str],
    environ: dict[str, str],
    stored: str,
    others: str,
    profile: str,
    endpoint: str,
    token: str | None,
    source: TokenSource | None,
) -> None:
    write(directory / "credentials", stored)
    write(tmp_path / ".sevenbridges" / "credentials", others)
    store = make(**environ)
    access = store.resolve(**{"profile": None, "endpoint": None} | options)
    assert (access.profile, access.endpoint, *revealed(access)) == (profile, endpoint, token, source)
    kept_back = token is None and environ.get("SB_AUTH_TOKEN", "").strip()
    assert ["SB_AUTH_TOKEN was not sent" in note for note in store.notes] == [True] * bool(kept_back)
    assert "env" not in " ".join(store.notes)


@pytest.mark.parametrize(
    ("options", "environ", "text"),
    [
        (
            {"profile": "nope"},
            {},
            "profile 'nope'. Known profiles: cgc, sb-us, sb-eu, sb-cn, cavatica, bdc, lab.",
        ),
        ({"profile": ""}, {}, "profile ''. Known profiles"),
        ({"profile": "nope"}, {"SB_API_ENDPOINT": LAB}, "profile 'nope'"),
        ({"default_profile": "nope"}, {}, "profile 'nope'"),
        ({}, {"CGC_TUI_PROFILE": "nope"}, "profile 'nope'"),
        ({"profile": "a\x1b[31m"}, {}, r"profile 'a\x1b[31m'"),
        ({"profile": "a]\n[cgc", "endpoint": "https://other/v2"}, {}, "A profile name may have"),
        ({"endpoint": "http://evil/v2"}, {}, "--endpoint must begin with https://"),
        ({}, {"SB_API_ENDPOINT": "s3cret"}, "SB_API_ENDPOINT must be a URL such as"),
        ({}, {"SB_AUTH_TOKEN": "s3cret s3cret"}, "SB_AUTH_TOKEN must be at most 512"),
    ],
)
def test_an_unusable_profile_or_endpoint_is_an_error(
    make: Make, directory: Path, options: dict[str, str], environ: dict[str, str], text: str
) -> None:
    write(directory / "credentials", OURS)
    with pytest.raises(CredentialsError) as caught:
        make(**environ).resolve(**{"profile": None, "endpoint": None} | options)
    assert text in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (section("cgc", "http://evil/v2", "s3cret"), "api_endpoint of cgc in {} must begin with https://"),
        (section("cgc", CGC, "s3cret s3cret"), "auth_token of cgc in {} must be at most 512"),
    ],
)
def test_an_invalid_profile_does_not_affect_others(
    make: Make, directory: Path, text: str, expected: str
) -> None:
    path = write(directory / "credentials", text + OURS)
    with pytest.raises(CredentialsError) as caught:
        make().resolve(profile=None, endpoint=None)
    assert expected.format(path) in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert revealed(make().resolve(profile="lab", endpoint=None)) == ("stored-lab", STORE)


# Saving


def test_a_token_is_read_as_it_was_saved(make: Make) -> None:
    tokens = {"cgc": "%(x)s%%", "sb-eu": "#a=b;c:d", "bdc": "[cgc]", "sb-us": "'q'", "cavatica": "x" * 512}
    for profile, token in tokens.items():
        assert make().save(profile, PLATFORMS[profile].endpoint, Token(token), "rosalind") == profile
    for profile, token in tokens.items():
        assert revealed(make().resolve(profile=profile, endpoint=None)) == (token, STORE)
    assert make().profiles() == {profile: PLATFORMS[profile].endpoint for profile in tokens}


def test_a_token_is_stored_under_the_profile_of_its_endpoint(make: Make) -> None:
    store = make()
    assert store.save("cgc", f"{CGC}/", Token("a"), "rosalind") == "cgc"
    assert store.save("cgc", EU, Token("b"), "rosalind") == "sb-eu"
    assert store.save("cgc", LAB, Token("c"), "rosalind") == "lab.example.org:8443"
    assert store.save("bdc", LAB, Token("d"), "rosalind") == "lab.example.org:8443"
    assert (
        store.save("cgc", "https://lab.example.org:8443/v3", Token("e"), "rosalind")
        == "lab.example.org:8443-2"
    )
    assert store.save("cgc", "https://bdc/v2", Token("f"), "rosalind") == "bdc-2"
    assert store.save("cgc", "http://[::1]:8000/v2", Token("g"), "rosalind") == "::1:8000"
    assert revealed(make().resolve(profile="cgc", endpoint=None)) == ("a", STORE)
    assert revealed(make().resolve(profile=None, endpoint=LAB)) == ("d", STORE)
    assert revealed(make().resolve(profile="::1:8000", endpoint=None)) == ("g", STORE)


def test_a_new_profile_has_the_endpoint_given_with_it(make: Make) -> None:
    store = make()
    assert store.resolve(profile="mine", endpoint=CGC).profile == "mine"
    assert store.save("mine", EU, Token("a"), "rosalind") == "sb-eu"
    assert store.save("mine", CGC, Token("b"), "rosalind") == "mine"
    assert revealed(make().resolve(profile="mine", endpoint=None)) == ("b", STORE)
    assert revealed(make().resolve(profile="cgc", endpoint=None)) == (None, None)


def test_unknown_sections_and_keys_are_kept(make: Make, directory: Path) -> None:
    foreign = "[DEFAULT]\nauth_token = for-all\n\n[bdc]\nlines = 1\n\t2\n\n"
    write(directory / "credentials", foreign + section("cgc", CGC, "old") + "advance_access = True\n")
    assert revealed(make().resolve(profile="bdc", endpoint=None)) == (None, None)
    make().save("cgc", CGC, Token("new"), "rosalind")
    assert (directory / "credentials").read_text() == (
        foreign + section("cgc", CGC, "new") + "advance_access = True\nusername = rosalind\n\n"
    )


def test_a_profile_with_an_invalid_endpoint_is_not_overwritten(make: Make, directory: Path) -> None:
    path = write(directory / "credentials", section("cgc", "nonsense", "old"))
    assert make().save("cgc", CGC, Token("new"), "rosalind") == "cgc-api.sbgenomics.com"
    assert "auth_token = old" in path.read_text()
    assert make().profiles() == {"cgc-api.sbgenomics.com": CGC}


def test_the_owner_of_a_token_is_stored_with_it(make: Make, directory: Path) -> None:
    make().save("cgc", CGC, Token("a"), "rosalind")
    assert make().resolve(profile=None, endpoint=None).user == "rosalind"
    assert make(SB_AUTH_TOKEN="b").resolve(profile=None, endpoint=None).user is None
    write(directory / "credentials", section("cgc", CGC, "a"))
    assert make().resolve(profile=None, endpoint=None).user is None


def test_no_name_of_a_user_changes_the_store(make: Make) -> None:
    make().save("cgc", CGC, Token("a"), "x\n[sb-eu]\nauth_token = b\n\x1b[2J")
    access = make().resolve(profile=None, endpoint=None)
    assert access.token == Token("a")
    assert access.user is not None
    assert access.user.isprintable()
    assert make().profiles() == {"cgc": CGC}


def test_a_token_is_removed(make: Make, directory: Path) -> None:
    store = make()
    assert not store.forget("cgc")
    assert not directory.exists()
    store.save("cgc", CGC, Token("a"), "rosalind")
    store.save("sb-eu", EU, Token("b"), "rosalind")
    assert store.forget("cgc")
    assert not store.forget("cgc")
    assert store.profiles() == {"sb-eu": EU}


def test_no_token_shows(make: Make, directory: Path) -> None:
    write(directory / "credentials", section("cgc", CGC, "s3cret"), 0o644)
    store = make(SB_AUTH_TOKEN="s3cret")
    access = store.resolve(profile="cgc", endpoint=None)
    assert "s3cret" not in repr((store, access, store.notes, parse_token("s3cret")))


# The files


@pytest.mark.parametrize("mask", [0, 0o777, 0o022])
def test_the_store_is_private_under_any_umask(
    make: Make, directory: Path, umask: Callable[[int], int], mask: int
) -> None:
    umask(mask)
    store = make()
    store.save("cgc", CGC, Token("a"), "rosalind")
    store.save("sb-eu", EU, Token("b"), "rosalind")
    assert [mode(path) for path in (directory.parent, directory)] == [0o700, 0o700]
    assert {path.name: mode(path) for path in directory.iterdir()} == {
        "credentials": 0o600,
        "credentials.lock": 0o600,
    }
    assert store.notes == []


def test_the_store_is_never_open_to_others(
    make: Make, umask: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that has opened a file can read it for ever: restricting the mode later is too late."""
    matches: list[int] = []
    fchmod, chmod = os.fchmod, Path.chmod

    def fchmod_seen(descriptor: int, new_mode: int) -> None:
        matches.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        fchmod(descriptor, new_mode)

    def chmod_seen(path: Path, new_mode: int) -> None:
        matches.append(mode(path))
        chmod(path, new_mode)

    monkeypatch.setattr(os, "fchmod", fchmod_seen)
    monkeypatch.setattr(Path, "chmod", chmod_seen)
    umask(0)
    make().save("cgc", CGC, Token("a"), "rosalind")
    assert matches == [0o700, 0o700, 0o600, 0o600]


@pytest.mark.parametrize("loose", [0o644, 0o640, 0o606, 0o610, 0o666])
def test_an_open_file_is_reported_and_restricted(make: Make, directory: Path, loose: int) -> None:
    path = write(directory / "credentials", BOTH, loose)
    store = make()
    assert revealed(store.resolve(profile=None, endpoint=None)) == ("stored-cgc", STORE)
    assert mode(path) == 0o600
    assert store.notes == [f"{path} was accessible to other users; its mode is now 0600."]
    assert store.resolve(profile=None, endpoint=None)
    assert len(store.notes) == 1


def test_an_open_directory_is_reported_and_restricted(make: Make, directory: Path) -> None:
    write(directory / "credentials", BOTH)
    directory.chmod(0o755)
    store = make()
    store.resolve(profile=None, endpoint=None)
    assert mode(directory) == 0o700
    assert store.notes == [f"{directory} was accessible to other users; its mode is now 0700."]


def test_a_mode_that_cannot_be_changed_is_reported(
    make: Make, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(directory / "credentials", BOTH, 0o644)
    monkeypatch.setattr(os, "fchmod", refuse(errno.EROFS))
    store = make()
    assert revealed(store.resolve(profile=None, endpoint=None)) == ("stored-cgc", STORE)
    assert store.notes == [f"{path} is accessible to other users: chmod 600 {path}"]


def test_an_open_file_of_the_other_clients_is_only_reported(make: Make, tmp_path: Path) -> None:
    path = write(tmp_path / ".sevenbridges" / "credentials", OTHERS, 0o644)
    store = make()
    for _ in range(2):
        assert revealed(store.resolve(profile=None, endpoint=None)) == ("theirs-default", THEIRS)
    assert mode(path) == 0o644
    assert store.notes == [f"{path} is accessible to other users: chmod 600 {path}"]


def as_link(path: Path) -> None:
    write(path.with_name("target"), BOTH)
    path.symlink_to("target")


def as_directory(path: Path) -> None:
    path.mkdir()


def as_foreign(path: Path) -> None:
    write(path, BOTH)
    os.chown(path, 65534, 65534)


UNFIT: dict[Callable[[Path], object], str] = {
    as_link: "is a symbolic link. Move it away and log in again: mv {0} {0}.old",
    os.mkfifo: "is not a file. Move it away and log in again: mv {0} {0}.old",
    as_directory: "cannot be read (Is a directory). Move it away and log in again: mv {0} {0}.old",
    lambda path: write(path, b"\xff\xfe"): "is not a credentials file. Move it away",
    lambda path: write(path, BOTH + "\0"): "is not a credentials file. Move it away",
    lambda path: write(path, BOTH + "\n" * MAX_BYTES): "is not a credentials file. Move it away",
    lambda path: write(path, "[cgc]\ns3cret\n"): "is not valid at line 2. Correct or remove that line",
    lambda path: write(path, "auth_token = s3cret\n"): "is not valid at line 1. Correct or remove that line",
    lambda path: write(path, "[a]\nx = s3cret\nx = s3cret\n"): "is not valid at line 3. Correct",
    lambda path: write(path, "[a]\n\n[a]\n"): "is not valid at line 3. Correct",
}
if os.geteuid() == 0:
    UNFIT[as_foreign] = "belongs to another user. Run as that user, or: sudo chown"


@pytest.mark.parametrize(("spoil", "text"), UNFIT.items())
def test_an_unusable_store_is_not_read(
    make: Make, directory: Path, spoil: Callable[[Path], object], text: str
) -> None:
    directory.mkdir(mode=0o700, parents=True)
    path = directory / "credentials"
    spoil(path)
    store = make()
    for use in (
        lambda: store.resolve(profile=None, endpoint=None),
        lambda: store.save("cgc", CGC, Token("new"), "rosalind"),
        lambda: store.forget("cgc"),
        store.profiles,
    ):
        with pytest.raises(CredentialsError) as caught:
            use()
        assert str(caught.value).startswith(f"{path} {text.format(path)}")
        assert all("s3cret" not in repr(vars(error)) + repr(error) for error in chain(caught.value))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its contexts."""
    while error is not None:
        yield error
        error = error.__context__


@pytest.mark.parametrize("spoil", UNFIT)
def test_an_unusable_file_of_the_other_clients_is_skipped(
    make: Make, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    path = tmp_path / ".sevenbridges" / "credentials"
    path.parent.mkdir()
    spoil(path)
    store = make()
    assert revealed(store.resolve(profile=None, endpoint=None)) == (None, None)
    (note,) = store.notes
    assert note.startswith(f"{path} ")
    assert note.endswith(": it was not used.")
    assert "s3cret" not in note


def test_an_invalid_section_of_the_other_clients_file_is_skipped(make: Make, tmp_path: Path) -> None:
    path = tmp_path / ".sevenbridges" / "credentials"
    write(path, section("cgc", "http://evil/v2", "s3cret") + section("default", CGC, "ok"))
    store = make()
    assert revealed(store.resolve(profile=None, endpoint=None)) == ("ok", THEIRS)
    assert len(store.notes) == 1


def test_a_store_without_read_permission_is_reported_with_a_command(
    make: Make, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(directory / "credentials", BOTH)
    monkeypatch.setattr(os, "open", refuse(errno.EACCES))
    with pytest.raises(CredentialsError, match=rf"Allow it: chmod 700 {directory}; chmod 600 {path}$"):
        make().resolve(profile=None, endpoint=None)


def test_a_directory_that_cannot_be_created_is_reported(make: Make, directory: Path) -> None:
    directory.parent.write_text("a file is in the way")
    store = make()
    assert revealed(store.resolve(profile=None, endpoint=None)) == (None, None)
    with pytest.raises(
        CredentialsError, match=r"cannot be written \(.*\)\. Fix this, or set XDG_CONFIG_HOME"
    ):
        store.save("cgc", CGC, Token("a"), "rosalind")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_nothing_is_stored_in_a_directory_of_another_user(make: Make, directory: Path) -> None:
    directory.mkdir(parents=True)
    os.chown(directory, 65534, 65534)
    with pytest.raises(CredentialsError, match="the directory belongs to another user"):
        make().save("cgc", CGC, Token("a"), "rosalind")
    assert list(directory.iterdir()) == []


@pytest.mark.parametrize("call", ["fsync", "replace", "fchmod"])
def test_a_failed_write_keeps_the_old_file_and_leaves_no_other(
    make: Make, directory: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    make().save("cgc", CGC, Token("old"), "rosalind")
    with monkeypatch.context() as patch:
        patch.setattr(os, call, refuse(errno.ENOSPC))
        with pytest.raises(CredentialsError, match="No space left on device"):
            make().save("cgc", CGC, Token("new"), "rosalind")
    assert sorted(path.name for path in directory.iterdir()) == ["credentials", "credentials.lock"]
    assert revealed(make().resolve(profile="cgc", endpoint=None)) == ("old", STORE)


CHILD = """
import os, signal, sys
from pathlib import Path
from cgc_tui.config.credentials import Credentials
from cgc_tui.domain.token import Token

directory, endpoint, ending, *tokens = sys.argv[1:]
if ending == "killed":
    os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
store = Credentials(Path(directory), environ={}, home=Path(directory))
for token in tokens:
    store.save("cgc", endpoint.format(token), Token(token), "rosalind")
"""


def child(directory: Path, endpoint: str, ending: str, *tokens: str) -> subprocess.Popen[bytes]:
    package = Path(config.__file__).parents[2]
    return subprocess.Popen([sys.executable, "-c", CHILD, directory, endpoint, ending, *tokens], cwd=package)


def test_a_killed_writer_keeps_the_old_file_and_the_next_one_cleans_up(make: Make, directory: Path) -> None:
    make().save("cgc", CGC, Token("old"), "rosalind")
    assert child(directory, CGC, "killed", "new").wait() == -signal.SIGKILL
    (leftover,) = directory.glob(f"{private_files.NEW_PREFIX}*")
    assert mode(leftover) == 0o600
    assert revealed(make().resolve(profile="cgc", endpoint=None)) == ("old", STORE)
    make().save("sb-eu", EU, Token("b"), "rosalind")
    assert sorted(path.name for path in directory.iterdir()) == ["credentials", "credentials.lock"]


def test_two_processes_that_save_at_once_lose_nothing(make: Make, directory: Path) -> None:
    names = {letter: [f"{letter}{number}" for number in range(20)] for letter in "ab"}
    children = [child(directory, "https://{}.example.org/v2", "whole", *tokens) for tokens in names.values()]
    assert [process.wait() for process in children] == [0, 0]
    assert set(make().profiles()) == {f"{name}.example.org" for name in names["a"] + names["b"]}


def test_a_second_writer_waits_for_the_first(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is held between reading and writing, until the second waits or has finished."""
    reached = threading.Event()
    monkeypatch.setattr(private_files.time, "sleep", lambda _: reached.set())
    monkeypatch.setattr(private_files, "LOCK_TRIES", 10**9)

    def save() -> None:
        make().save("sb-eu", EU, Token("b"), "rosalind")
        reached.set()

    second = threading.Thread(target=save)
    fsync = os.fsync

    def blocked_fsync(descriptor: int) -> None:
        monkeypatch.setattr(os, "fsync", fsync)
        second.start()
        assert reached.wait(5)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", blocked_fsync)
    make().save("cgc", CGC, Token("a"), "rosalind")
    second.join(5)
    assert make().profiles() == {"cgc": CGC, "sb-eu": EU}


def test_a_lock_that_is_never_released_is_reported(
    make: Make, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private_files.time, "sleep", lambda _: None)
    lock = write(directory / "credentials.lock", "")
    with lock.open("r+") as lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        with pytest.raises(CredentialsError, match="Another cgc-tui is changing the store"):
            make().save("cgc", CGC, Token("a"), "rosalind")


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS])
def test_tokens_are_stored_on_a_file_system_without_locks(
    make: Make, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(fcntl, "flock", refuse(number))
    assert make().save("cgc", CGC, Token("a"), "rosalind") == "cgc"


def test_a_lock_error_is_reported(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "flock", refuse(errno.EIO))
    with pytest.raises(CredentialsError, match="Input/output error"):
        make().save("cgc", CGC, Token("a"), "rosalind")


def test_advance_access_is_a_setting_of_the_profile(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path, environ={}, home=tmp_path)
    credentials.save("cgc", CGC, Token("t" * 32), "rosalind")
    assert not credentials.advance_access(CGC)
    text = credentials.path.read_text().replace("[cgc]", "[cgc]\nadvance_access = True")
    credentials.path.write_text(text)
    assert credentials.advance_access(CGC)
    assert not credentials.advance_access(LAB)


# Any content of the store


@given(
    mask=st.integers(0, 0o777),
    modes=st.lists(st.integers(0, 0o777), min_size=4, max_size=4),
    there=st.tuples(st.booleans(), st.booleans()),
)
@settings(derandomize=True, deadline=None, max_examples=60)
def test_under_any_umask_and_modes_the_store_keeps_the_token_to_its_owner(
    tmp_path_factory: pytest.TempPathFactory, mask: int, modes: list[int], there: tuple[bool, bool]
) -> None:
    home = tmp_path_factory.mktemp("any")
    directory = home / "config" / "cgc-tui"
    path, lock = directory / "credentials", directory / "credentials.lock"
    if there[0]:
        write(path, BOTH, modes[0])
    if there[1]:
        write(lock, "", modes[1])
    if directory.exists():
        # The owner keeps access, as root, which may run these tests, always has.
        directory.chmod(modes[2] | 0o700)
        path.exists() and path.chmod(modes[0] | 0o600)
        lock.exists() and lock.chmod(modes[1] | 0o600)
    old = os.umask(mask)
    try:
        store = Credentials(directory, environ={}, home=home)
        assert store.save("sb-eu", EU, Token("new"), "rosalind") == "sb-eu"
        assert revealed(store.resolve(profile="sb-eu", endpoint=None)) == ("new", STORE)
        assert revealed(store.resolve(profile="cgc", endpoint=None))[0] == (
            "stored-cgc" if there[0] else None
        )
    finally:
        os.umask(old)
    assert mode(directory) == 0o700
    assert {one.name: mode(one) for one in directory.iterdir()} == {path.name: 0o600, lock.name: 0o600}


INI = st.text(alphabet=st.sampled_from("[]=:;#%$\n\t abcgct_"), max_size=60).map(str.encode)


@given(data=INI | st.binary(max_size=60))
@settings(derandomize=True, deadline=None, max_examples=150)
def test_any_store_is_read_or_rejected_with_a_message(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    directory = tmp_path_factory.mktemp("any")
    path = write(directory / "credentials", b"[cgc]\nauth_token = s3cret\n" + data)
    store = Credentials(directory, environ={}, home=directory)
    messages = []
    for use in (
        lambda: store.resolve(profile=None, endpoint=None),
        lambda: store.save("bdc", PLATFORMS["bdc"].endpoint, Token("new"), "rosalind"),
        store.profiles,
    ):
        try:
            use()
        except CredentialsError as error:
            messages.append(str(error))
    assert "s3cret" not in "".join(messages)
    assert b"s3cret" in path.read_bytes()
