"""The real notice, whatever it was saved as: the same six targets, and no wrapper once cleaned."""

from __future__ import annotations

import email.policy
import re
from email.message import EmailMessage
from pathlib import Path

import pytest
from notice import PERSON, TARGETS

from safelinks import Document, DocumentError, read

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data" / "documents"
NOTICE = (ROOT / "examples" / "notice.txt").read_text("utf-8")
PAGE = (DATA / "notice.html").read_text("utf-8")


def _mail(cte: str) -> bytes:
    message = EmailMessage(policy=email.policy.SMTP)
    message["Subject"], message["From"] = "New Help Desk information", "help@example.org"
    message.set_content(NOTICE, cte=cte)
    message.add_alternative(PAGE, subtype="html", cte=cte)
    return message.as_bytes()


def _markdown() -> bytes:
    links = iter(re.findall(r"https://\S+", NOTICE))
    return re.sub(r"https://\S+", lambda _: f"* [a page]({next(links)})", NOTICE).encode()


def _documents() -> dict[str, bytes]:
    files = {path.name: path.read_bytes() for path in DATA.iterdir() if "notice" in path.name}
    return files | {
        "notice.txt": NOTICE.encode(),
        "notice.md": _markdown(),
        "libreoffice.html": (DATA / "libreoffice.html").read_bytes(),
        "quoted-printable.eml": _mail("quoted-printable"),
        "base64.eml": _mail("base64"),
        "8bit.eml": _mail("8bit"),
    }


DOCUMENTS = _documents()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_same_targets(name: str) -> None:
    document = read(DOCUMENTS[name], name)
    assert list(dict.fromkeys(link.target for link in document.links)) == TARGETS
    assert all(link.wrapped for link in document.links)
    # Mails hold the notice twice; in the PDF, two links go on in the next line.
    assert len(document.links) == {"eml": 16, "pdf": 10}.get(name.rpartition(".")[2], 8)
    assert document.notes == ()
    assert document.original() == DOCUMENTS[name]


@pytest.mark.parametrize("name", sorted(set(DOCUMENTS) - {"notice.pdf"}))
def test_cleaned_it_names_nobody(name: str) -> None:
    document = read(DOCUMENTS[name], name)
    for raw, wrapped in ((document.cleaned(), False), (document.redacted(), True)):
        again = read(raw, name)
        assert [link.target for link in again.links] == [link.target for link in document.links]
        places, before = ([link.place.within for link in one.links] for one in (again, document))
        assert places == before
        assert all(link.wrapped is wrapped for link in again.links)
        assert wrapped or again.cleaned() == raw
        assert not any(PERSON in link.url for link in again.links)
        assert PERSON.encode() not in raw


def test_a_pdf_says_that_it_cannot_be_cleaned() -> None:
    document: Document = read(DATA / "notice.pdf")
    assert {link.place.page for link in document.links} == {1}
    with pytest.raises(DocumentError, match="export it again"):
        document.cleaned()
