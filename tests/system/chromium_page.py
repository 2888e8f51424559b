"""Opens pages in a headless Chromium, through its debugging pipe: what was logged, what was requested, the DOM, keys and pictures."""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

CHROMIUM = shutil.which("chromium")
SECONDS = 120


class Browser:
    """One Chromium process without a network and with a profile of its own."""

    def __init__(self):
        self._profile = tempfile.TemporaryDirectory(prefix="aimc-chromium-")
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()

        def connect():  # the browser reads commands from descriptor 3 and answers on 4
            os.dup2(to_browser, 13)
            os.dup2(from_browser, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)
            for descriptor in (3, 4):
                os.set_inheritable(descriptor, True)

        command = [CHROMIUM, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self._profile.name}", "--no-first-run", "--disable-gpu",
                   "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
                   "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND", "about:blank"]
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                         close_fds=False, preexec_fn=connect)
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._calls = 0
        self.events = []

    def close(self):
        os.close(self._out)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._in)
        self._profile.cleanup()

    def _message(self):
        deadline = time.monotonic() + SECONDS
        while b"\0" not in self._buffer:
            part = os.read(self._in, 1 << 16)
            if not part or time.monotonic() > deadline:
                raise RuntimeError("Chromium does not answer")
            self._buffer += part
        text, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **parameters):
        """One command and its answer; what happens in between is kept in `events`."""
        self._calls += 1
        message = {"id": self._calls, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self._calls:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, method, session):
        while True:
            for event in self.events:
                if event.get("method") == method and event.get("sessionId") == session:
                    return
            self.events.append(self._message())


class Page:
    """A page, opened in the light or the dark theme."""

    def __init__(self, browser, path, theme="light", width=1240, height=900):
        self._browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._target = target
        self._session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.events.clear()
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        self.call("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        browser.wait_for("Page.loadEventFired", self._session)
        self.value("1")  # the scripts of the page have run

    def close(self):
        self._browser.call("Target.closeTarget", targetId=self._target)

    def call(self, method, **parameters):
        return self._browser.call(method, self._session, **parameters)

    def _events(self, method):
        return [e["params"] for e in self._browser.events if e.get("method") == method and e.get("sessionId") == self._session]

    def complaints(self):
        """What went to the console, and exceptions nobody caught."""
        return ([" ".join(str(a.get("value", a.get("description"))) for a in e["args"]) for e in self._events("Runtime.consoleAPICalled")] +
                [e["exceptionDetails"].get("exception", {}).get("description", e["exceptionDetails"]["text"]) for e in self._events("Runtime.exceptionThrown")] +
                [e["entry"]["text"] for e in self._events("Log.entryAdded")])

    def requests(self):
        """Addresses the page asked for, itself and data: addresses left out."""
        urls = [e["request"]["url"] for e in self._events("Network.requestWillBeSent")]
        return [u for u in urls[1:] if not u.startswith("data:")]

    def value(self, expression, wait=False):
        """The value of a JavaScript expression; of a promise when it is kept, if `wait`."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=wait)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def text(self, selector):
        """The text of an element, None if there is none; blanks of all kinds are one space."""
        text = self.value(f"(document.querySelector({json.dumps(selector)}) || {{}}).textContent")
        return None if text is None else " ".join(text.split())

    def press(self, key):
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown" if text else "rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=codes[key], **text)

    def picture(self, file, selector=None):
        """A PNG of the page, or of one element."""
        box = self.value(f"(() => {{ const b = document.querySelector({json.dumps(selector or 'html')}).getBoundingClientRect();"
                         "return {x: b.x + scrollX, y: b.y + scrollY, width: b.width, height: b.height}; })()")
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip={**box, "scale": 1})
        pathlib.Path(file).write_bytes(base64.b64decode(shot["data"]))
