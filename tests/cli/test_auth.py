"""`auth`, `info` and `completion`: tokens are verified before they are stored, and never printed."""

from __future__ import annotations

import asyncio
import io
import stat
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from cgc_tui import __version__
from cgc_tui.config.platforms import CredentialsError
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.errors import TokenRejected
from tests.support.commands import Command


def pipe(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


async def test_login_verifies_a_token_and_stores_it(
    command: Command, platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pipe(monkeypatch, f"{platform.token}\n")
    result = await command("auth", "login", "--with-token", token=None)
    assert result.code == 0
    assert "rosalind" in result.err
    assert platform.token not in result.err + result.out
    store = tmp_path / "config" / "credentials"
    assert platform.token in store.read_text()
    assert stat.S_IMODE(store.stat().st_mode) == 0o600


async def test_a_rejected_token_is_not_stored(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pipe(monkeypatch, "0" * 32)
    with pytest.raises(TokenRejected):
        await command("auth", "login", "--with-token", token=None)
    assert not (tmp_path / "config").exists()


@pytest.mark.parametrize("text", ["", "two words", "a\x1bb"])
async def test_malformed_input_is_not_sent_as_a_token(
    command: Command, platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    pipe(monkeypatch, text)
    with pytest.raises(CredentialsError):
        await command("auth", "login", "--with-token", token=None)
    assert not platform.requests


async def test_login_without_a_terminal_names_the_option(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe(monkeypatch, "")
    result = await command("auth", "login", token=None)
    assert result.code == 2
    assert "--with-token" in result.err


async def test_login_warns_of_a_token_in_the_environment(
    command: Command, platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe(monkeypatch, platform.token)
    result = await command("auth", "login", "--with-token", environ={"SB_AUTH_TOKEN": "x"})
    assert "SB_AUTH_TOKEN still takes precedence" in result.err


async def test_status_shows_the_user_and_four_characters_of_the_token(
    command: Command, platform: SimulatedPlatform
) -> None:
    result = await command("auth", "status")
    assert result.code == 0
    assert f"Token     …{platform.token[-4:]}, from the store\n" in result.out
    assert "User      rosalind\n" in result.out
    assert platform.token[-5:] not in result.out


async def test_status_shows_no_character_of_a_short_token(command: Command) -> None:
    result = await command("auth", "status", token="shortsecret")
    assert result.code == 4
    assert "cret" not in result.out


async def test_status_without_a_token_exits_with_4(command: Command, platform: SimulatedPlatform) -> None:
    result = await command("auth", "status", token=None)
    assert result.code == 4
    assert "cgc-tui auth login" in result.out
    platform.fail("gateway_html", 502)
    assert (await command("auth", "status")).code == 3


async def test_logout_without_a_stored_token_exits_with_1(command: Command) -> None:
    assert (await command("auth", "logout")).code == 1


async def test_info_is_safe_to_share(command: Command, platform: SimulatedPlatform) -> None:
    environ = {"HTTPS_PROXY": "http://rosalind:secret@proxy:1", "TERM": "xterm", "SSH_CONNECTION": "10.1.2.3"}
    result = await command("info", environ=environ)
    assert result.code == 0
    assert f"cgc-tui      {__version__}\n" in result.out
    assert "HTTPS_PROXY set" in result.out
    assert "over SSH" in result.out
    assert "of 1,000 requests left until 2026-03-14 12:05:00 UTC\n" in result.out
    assert all(secret not in result.out for secret in ("secret", "rosalind", "10.1.2.3", platform.token))


async def test_info_works_without_the_platform(command: Command, platform: SimulatedPlatform) -> None:
    assert "unknown without a token" in (await command("info", token=None)).out
    platform.fail("maintenance")
    result = await command("info")
    assert result.code == 0
    assert "503 maintenance" in result.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
async def test_completion_knows_commands_and_options(command: Command, shell: str) -> None:
    result = await command("completion", shell)
    assert all(word in result.out for word in ("cgc-tui", "watch", "on-finish", "with-token"))


async def test_bash_completes_a_command(command: Command, tmp_path: Path) -> None:
    script = tmp_path / "completion"
    script.write_text((await command("completion", "bash")).out)
    ask = (
        f"source {script}; COMP_WORDS=(cgc-tui wat); COMP_CWORD=1; COMP_LINE='cgc-tui wat'; COMP_POINT=11\n"
        'function=$(complete -p cgc-tui); function=${function##*-F }; ${function%% *}; echo "${COMPREPLY[@]}"'
    )
    process = await asyncio.create_subprocess_exec("bash", "-c", ask, stdout=PIPE)
    out, _ = await process.communicate()
    assert out.split() == [b"watch"]
