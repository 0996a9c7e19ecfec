"""Opens a page in headless Chromium and prints what it did, as one JSON object.

usage: open-page.py FILE [--script FILE] [--shot FILE --width N --height N --dark --top SELECTOR]

The object has `requests` (every URL that the page asked for, itself included), `errors` (what the
console and the page reported), `loaded_ms` (from the begin of the navigation to the second frame
after the load event) and `result` (what the script came to). Every process that was started is
ended before this one ends.
"""

import argparse
import base64
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import websocket

# Grandchildren that lose their parent become ours, so that none is left behind.
PR_SET_CHILD_SUBREAPER = 36
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-breakpad", "--no-first-run",
    "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-default-apps", "--disable-extensions", "--hide-scrollbars",
    "--force-color-profile=srgb", "--remote-debugging-port=0",
]


class Browser:
    """A Chromium of its own, and a session with one page of it."""

    def __init__(self, profile):
        self.events = []
        self.number = 0
        names = ["chromium", "chromium-browser", "google-chrome"]
        program = next(filter(None, map(shutil.which, names)), None)
        if program is None:
            sys.exit(f"there is no browser: install one of {', '.join(names)}")
        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        port, path = self.wait_for_port(os.path.join(profile, "DevToolsActivePort"))
        self.socket = websocket.create_connection(
            f"ws://127.0.0.1:{port}{path}", timeout=60, suppress_origin=True)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = None
        self.session = self.call(
            "Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def wait_for_port(self, path):
        for _ in range(600):
            if self.process.poll() is not None:
                sys.exit(f"chromium ended with {self.process.returncode}")
            try:
                port, place = open(path, encoding="utf-8").read().split("\n")
                return int(port), place
            except (OSError, ValueError):
                time.sleep(0.05)
        sys.exit("chromium did not open its debugging port within 30 s")

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") != self.number:
                self.events.append(answer)
                continue
            if "error" in answer:
                sys.exit(f"{method}: {answer['error']}")
            return answer["result"]

    def wait_for(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(json.loads(self.socket.recv()))

    def evaluate(self, expression):
        answer = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True,
            userGesture=True)
        if "exceptionDetails" in answer:
            sys.exit(f"the script failed: {json.dumps(answer['exceptionDetails'])}")
        return answer["result"].get("value")

    def end(self):
        """Ends the browser and whatever it has started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        while children := own_children():
            for child in children:
                os.kill(child, signal.SIGKILL)
            for child in children:
                os.waitpid(child, 0)


def own_children():
    children = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            status = open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace").read()
        except OSError:
            continue
        if int(status.rsplit(")", 1)[1].split()[1]) == os.getpid():
            children.append(int(entry))
    return children


def report(events):
    requests, errors = [], []
    for event in events:
        method, parameters = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent":
            requests.append(parameters["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            errors.append(str(parameters["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            errors.append(f"console.{parameters['type']}: {parameters['args']}")
        elif method == "Log.entryAdded":
            errors.append(str(parameters["entry"]))
    return requests, errors


def shoot(browser, options):
    height = options.height or browser.evaluate("document.documentElement.scrollHeight")
    area = {"x": 0, "y": 0, "width": options.width, "height": height, "scale": 1}
    if options.top:
        area["y"] = browser.evaluate(
            f"document.querySelector({json.dumps(options.top)}).getBoundingClientRect().top"
            " + scrollY")
    image = browser.call(
        "Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=area)
    with open(options.shot, "wb") as file:
        file.write(base64.b64decode(image["data"]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--script")
    parser.add_argument("--shot")
    parser.add_argument("--top")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    profile = tempfile.mkdtemp(prefix="commy-chromium-")
    browser = None
    try:
        browser = Browser(profile)
        for domain in ["Page", "Runtime", "Log", "Network"]:
            browser.call(f"{domain}.enable")
        browser.call(
            "Emulation.setDeviceMetricsOverride", width=options.width, height=900,
            deviceScaleFactor=1, mobile=False)
        scheme = "dark" if options.dark else "light"
        browser.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])
        browser.events.clear()
        begin = time.monotonic()
        browser.call("Page.navigate", url="file://" + os.path.abspath(options.file))
        browser.wait_for("Page.loadEventFired")
        browser.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
            ".then(() => 0)")
        loaded = (time.monotonic() - begin) * 1000
        result = None
        if options.script:
            result = browser.evaluate(open(options.script, encoding="utf-8").read())
        requests, errors = report(browser.events)
        if options.shot:
            shoot(browser, options)
        print(json.dumps({
            "requests": requests, "errors": errors, "loaded_ms": round(loaded),
            "result": result}))
    finally:
        if browser is not None:
            browser.end()
        shutil.rmtree(profile, ignore_errors=True)


main()
