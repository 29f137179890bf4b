"""What a browser did that no page of ours may do: other hosts, broken rules of the page, uncaught errors."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

EXPECTED = (
    "Failed to load resource:",
    "TypeError: error loading dynamically imported module:",
    "TypeError: Failed to fetch dynamically imported module:",
    "TypeError: Failed to register a ServiceWorker",
    "An unknown error occurred when fetching the script.",
    "Service Worker registration blocked by Playwright",
    "Nothing can be kept on this device.",
    "The content stays in memory only.",
)
"""What is written when a line is down, a server refuses or a disk is closed to us; all else is a fault."""

LISTEN = """addEventListener('securitypolicyviolation', (event) =>
  console.error('CSP', event.violatedDirective, event.blockedURI, event.sourceFile, event.lineNumber))"""


class Watch:
    """Listens to all pages and workers of one context."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.hosts: set[str] = set()
        self.messages: list[str] = []
        self.errors: list[str] = []
        context.add_init_script(LISTEN)
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", self._error)

    def faults(self) -> list[str]:
        """Requests to other computers, and all that the browser complains of without need."""
        foreign = [host for host in sorted(self.hosts) if host not in ("127.0.0.1", "localhost", "")]
        complaints = [text for text in self.messages if not text.startswith(EXPECTED)]
        return foreign + complaints + self.errors

    def _request(self, request: Request) -> None:
        if not request.url.startswith(("blob:", "data:")):
            self.hosts.add(urlsplit(request.url).hostname or "")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.messages.append(message.text)

    def _error(self, error: WebError) -> None:
        self.errors.append(str(error.error))
