"""Checks the links of a built book: links.py FOLDER. Pages, files and anchors have to be there; addresses elsewhere
are looked at for their form alone, nothing is fetched. Ends with an error where one is dead."""

import html.parser
import pathlib
import re
import sys
import urllib.parse


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.anchors, self.links = set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.anchors |= {values[name] for name in ("id", "name") if values.get(name)}
        for name in ("href", "src"):
            if values.get(name):
                self.links.append(values[name])


def fault(root, path, link, pages):
    """What is wrong with a link, or None."""
    try:
        parts = urllib.parse.urlsplit(link)
    except ValueError as error:
        return str(error)
    if parts.scheme in ("http", "https"):
        return None if re.fullmatch(r"[a-z0-9.-]+\.[a-z]+(:\d+)?", parts.netloc) and " " not in link else "not an address"
    if parts.scheme or parts.netloc:
        return None if parts.scheme in ("mailto", "data") else f"unknown scheme {parts.scheme}"
    target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_file() or root not in target.parents:
        return "no such page"
    anchor = urllib.parse.unquote(parts.fragment)
    if anchor and target.suffix == ".html" and anchor not in pages[target].anchors:
        return "no such place on the page"
    return None


def main(folder):
    root = pathlib.Path(folder).resolve()
    # 404.html is shown at any address, so its links have none of their own.
    pages = {path: Page(path) for path in sorted(root.rglob("*.html")) if path.name != "404.html"}
    checked, faults = 0, []
    for path, page in pages.items():
        for link in page.links:
            checked += 1
            if reason := fault(root, path, link, pages):
                faults.append(f"{path.relative_to(root)}: {link}: {reason}")
    print(f"{len(pages)} pages, {checked} links, {len(faults)} dead")
    if faults or checked < 1000:
        sys.exit("\n".join(sorted(set(faults))) or "too few links to be a book")


main(sys.argv[1])
