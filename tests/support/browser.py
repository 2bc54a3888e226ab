"""Chromium for the tests, without a screen and without a network, driven through two pipes.

It speaks the Chrome DevTools Protocol as `--remote-debugging-pipe` does: JSON messages that end
with NUL. So there is no port, no driver and no package between a test and the browser.
"""

from __future__ import annotations

import base64
import json
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from select import select
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PROGRAM = next(filter(None, map(shutil.which, NAMES)), None)
_OPTIONS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--no-proxy-server",
    "--host-resolver-rules=MAP team.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-features=OptimizationHints,MediaRouter,Translate,NetworkTimeServiceQuerying",
    "--disable-gpu",
    "--disable-sync",
    "--hide-scrollbars",
    "--metrics-recording-only",
    "--mute-audio",
    "--password-store=basic",
    "--use-mock-keychain",
)
_PATIENCE = 30  # seconds for one answer


class Browser:
    """One browser with one page at a time."""

    def __init__(self, wishes: int, answers: int) -> None:
        self._wishes, self._answers = wishes, answers
        self._numbers = count(1)
        self._unread = b""
        self.session: str | None = None
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Ask for something, and wait for the answer."""
        number = next(self._numbers)
        message: dict[str, object] = {"id": number, "method": method, "params": params}
        if self.session and not method.startswith(("Target.", "Browser.")):
            message["sessionId"] = self.session
        left = json.dumps(message).encode() + b"\0"
        while left:
            left = left[os.write(self._wishes, left) :]
        while True:
            got = self._read()
            if got.get("id") == number:
                assert "error" not in got, (method, got["error"])
                answer: dict[str, Any] = got["result"]
                return answer
            self.events.append(got)

    def _read(self) -> dict[str, Any]:
        until = time.monotonic() + _PATIENCE
        while b"\0" not in self._unread:
            ready, _, _ = select([self._answers], [], [], max(0.0, until - time.monotonic()))
            assert ready, "the browser does not answer"
            block = os.read(self._answers, 1 << 20)
            assert block, "the browser has gone"
            self._unread += block
        message, _, self._unread = self._unread.partition(b"\0")
        got: dict[str, Any] = json.loads(message)
        return got

    def wait_for(self, method: str) -> dict[str, Any]:
        """The next event of that name, or one that has come since the last call."""
        while True:
            for at, one in enumerate(self.events):
                if one.get("method") == method:
                    del self.events[: at + 1]
                    return one
            self.events.append(self._read())

    @contextmanager
    def page(
        self, path: Path | str, *, width: int = 1280, height: int = 900, **features: str
    ) -> Iterator[Page]:
        """A file or an address in a new page of that size, with media `features` such as colours."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        self.events.clear()
        try:
            for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
                self.call(f"{domain}.enable")
            page = Page(self)
            page.resize(width, height)
            # Nothing is to move by itself between looking where something is and clicking there.
            page.emulate(**{"prefers_reduced_motion": "reduce"} | features)
            url = path if isinstance(path, str) else path.resolve().as_uri()
            self.call("Page.navigate", url=url)
            said: list[dict[str, Any]] = []
            while not any(one.get("method") == "Page.loadEventFired" for one in self.events):
                self.events.append(self._read())
            said += self.events
            page.told = said
            yield page
        finally:
            self.session = None
            self.call("Target.closeTarget", targetId=target)


class Page:
    """What a test does with a page."""

    told: list[dict[str, Any]]

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def run(self, expression: str) -> Any:  # noqa: ANN401  whatever JSON is
        """What a JavaScript expression, or the promise that it is, comes to."""
        got = self._browser.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in got, got["exceptionDetails"]
        return got["result"].get("value")

    def resize(self, width: int, height: int, scale: float = 1) -> None:
        """A window of that size; `scale` is how many of its dots are one of the page, as in zoom."""
        self._browser.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=scale, mobile=False,
        )  # fmt: skip

    def emulate(self, media: str = "", **features: str) -> None:
        named = [
            {"name": name.replace("_", "-"), "value": value} for name, value in features.items()
        ]
        self._browser.call("Emulation.setEmulatedMedia", media=media, features=named)

    def press(self, key: str) -> None:
        """One key, as from a keyboard."""
        code, text = {"Enter": (13, "\r"), " ": (32, " "), "Tab": (9, "")}[key]
        for kind in ("keyDown", "keyUp"):
            self._browser.call(
                "Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code,
                text=text if kind == "keyDown" else "",
            )  # fmt: skip

    def navigate(self, url: str) -> None:
        """Another address in the same page, until it is loaded."""
        self._browser.events.clear()
        self._browser.call("Page.navigate", url=url)
        self._browser.wait_for("Page.loadEventFired")

    def click_and_load(self, selector: str) -> None:
        """A click that leads to another page, until that is loaded."""
        self._browser.events.clear()
        self.click(selector)
        self._browser.wait_for("Page.loadEventFired")

    def choose_files(self, selector: str, *paths: Path) -> None:
        """Files in a field for them, as from the dialog."""
        root = self._browser.call("DOM.getDocument")["root"]["nodeId"]
        node = self._browser.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self._browser.call("DOM.setFileInputFiles", nodeId=node, files=list(map(str, paths)))

    def write(self, text: str) -> None:
        self._browser.call("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """The mouse, on the middle of the first line of an element."""
        where = self.run(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)});"
            "one.scrollIntoView({block: 'center', behavior: 'instant'});"
            "const box = one.getClientRects()[0];"
            "return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self._browser.call(
                "Input.dispatchMouseEvent", type=kind, x=where[0], y=where[1],
                button="left", clickCount=1,
            )  # fmt: skip

    def settle(self) -> None:
        """Until what was begun is done and drawn."""
        self.run(
            "new Promise(done => setTimeout(() => requestAnimationFrame(() => "
            "requestAnimationFrame(done)), 0))"
        )

    def complaints(self) -> list[dict[str, Any]]:
        """What the console, the log and the policy had to say, and exceptions."""
        self.settle()
        told = [*self.told, *self._browser.events]
        bad = (
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Log.entryAdded",
            "Audits.issueAdded",
        )
        return [one for one in told if one.get("method") in bad]

    def requests(self) -> list[str]:
        """The addresses of all that the page has asked for."""
        told = [*self.told, *self._browser.events]
        asked = (one for one in told if one.get("method") == "Network.requestWillBeSent")
        return list(dict.fromkeys(one["params"]["request"]["url"] for one in asked))

    def screenshot(self, path: Path, *, whole: bool = True) -> None:
        got = self._browser.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(got["data"]))

    def picture(self, path: Path, *selectors: str, margin: int = 16) -> None:
        """What there is of the page around some elements, as WebP."""
        boxes = self.run(
            f"{json.dumps(selectors)}.map(one => document.querySelector(one).getBoundingClientRect())"
            ".map(box => [box.left + scrollX, box.top + scrollY, box.right + scrollX, box.bottom + scrollY])"
        )
        left, top = (min(box[at] for box in boxes) - margin for at in (0, 1))
        right, bottom = (max(box[at] for box in boxes) + margin for at in (2, 3))
        clip = {"x": left, "y": top, "width": right - left, "height": bottom - top, "scale": 0.85}
        got = self._browser.call(
            "Page.captureScreenshot",
            format="webp",
            quality=75,
            captureBeyondViewport=True,
            clip=clip,
        )
        path.write_bytes(base64.b64decode(got["data"]))

    def names(self) -> list[tuple[str, str]]:
        """What a screen reader says of the page: roles and names of what has one."""
        self._browser.call("Accessibility.enable")
        nodes = self._browser.call("Accessibility.getFullAXTree")["nodes"]
        seen = (node for node in nodes if not node["ignored"])
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in seen]

    def trust_any_certificate(self) -> None:
        """Take certificates of nobody known, as those of a test are."""
        self._browser.call("Security.setIgnoreCertificateErrors", ignore=True)

    def pdf(self) -> bytes:
        return base64.b64decode(self._browser.call("Page.printToPDF")["data"])


def _alone() -> tuple[str, ...]:
    """What starts a program in a network of its own, with nobody in it, where the system can."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    command = (unshare, "--map-root-user", "--net")
    tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    return command if tried.returncode == 0 else ()


@contextmanager
def browser(beside: Sequence[str] = ()) -> Iterator[Browser]:
    """A browser with a profile of its own, and its end.

    `beside` is a command that runs in the same network for as long: it prints a line when it is
    ready, and ends when its standard input does.
    """
    assert PROGRAM is not None
    wishes_read, wishes = os.pipe()
    answers, answers_write = os.pipe()
    # The browser reads from descriptor 3 and writes to 4; here, these may be others' files.
    start = f'exec "$@" 3</dev/fd/{wishes_read} 4>/dev/fd/{answers_write}'
    if beside:
        start = (
            # What runs in the background has no input but the one that is given to it.
            "ip link set lo up 2>/dev/null; mkfifo $HOME/ready; exec 5<&0; "
            f"{shlex.join(beside)} <&5 >$HOME/ready & read -r _ <$HOME/ready; {start}"
        )
    alone = _alone()
    root = alone or (hasattr(os, "geteuid") and os.geteuid() == 0)
    options = (*_OPTIONS, "--no-sandbox") if root else _OPTIONS
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [PROGRAM, *options, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(
            [*alone, "/bin/sh", "-c", start, "sh", *command],
            pass_fds=(wishes_read, answers_write),
            stdin=subprocess.PIPE if beside else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": profile},
        )
        os.close(wishes_read)
        os.close(answers_write)
        try:
            yield Browser(wishes, answers)
        finally:
            os.close(wishes)
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            os.close(answers)
