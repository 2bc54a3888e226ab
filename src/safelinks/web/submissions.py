"""Submissions: what a visitor has sent, whether by a form, as JSON, or as plain bytes.

It knows which options a visitor may set. All others are refused, so that nobody believes that a
guard was taken away.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

from attrs import field
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from safelinks.addresses.printable import printable
from safelinks.documents.document import Document, addresses_read, read_each
from safelinks.errors import DocumentError
from safelinks.foundation.values import define, frozen
from safelinks.web.problems import ProblemError, size_in_units
from safelinks.web.web_settings import WebSettings

__all__ = ["PASTED", "SentFile", "Submission", "submission_of"]

PASTED = "pasted text"
_ADDRESSES = "addresses"
_BLOCK = 1 << 20
_LONGEST_NAME = 200
# What a visitor may say, beside texts and files. None of it weakens a guard.
_FLAGS = ("show_recipients", "keep_redirectors", "offline", "reports")
_WORDS = ("lang", "format", "name")
_CONTENT = ("text", "url", "urls", "files")
_TRUE, _FALSE = frozenset({"1", "true", "on", "yes"}), frozenset({"0", "false", "off", "no", ""})


@frozen
class SentFile:
    """A file as it was sent: its name, without directories, and where its bytes are."""

    name: str
    file: BinaryIO = field(repr=False)

    def blocks(self) -> Iterator[bytes]:
        """Its bytes, from the beginning."""
        self.file.seek(0)
        while block := self.file.read(_BLOCK):
            yield block


@define
class Submission:
    """What was sent: `text`, `urls` or `files`, and options. `unreadable` says what failed."""

    text: str = field(default="", repr=False)
    urls: tuple[str, ...] = field(default=(), repr=False)
    files: tuple[SentFile, ...] = field(default=(), repr=False)
    show_recipients: bool = False
    keep_redirectors: bool = False
    offline: bool = False
    reports: bool = False
    words: Mapping[str, str] = field(factory=dict)
    unreadable: list[str] = field(factory=list, init=False)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.text.strip() or self.urls or self.files)

    def documents(self, bare_hosts: frozenset[str]) -> Iterator[Document]:
        """Every document in it; a file that cannot be read is told of, and left out."""
        if self.urls:
            yield addresses_read(self.urls, _ADDRESSES)
        for name, parts in self._contents():
            try:
                yield from read_each(
                    parts,
                    name,
                    keep_redirectors=self.keep_redirectors,
                    bare_hosts=bare_hosts,
                )
            except DocumentError as error:
                self.unreadable.append(str(error))

    def _contents(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        if self.text.strip():
            yield self.words.get("name") or PASTED, iter((self.text.encode("utf-8", "replace"),))
        for file in self.files:
            yield file.name, file.blocks()


@asynccontextmanager
async def submission_of(
    request: Request, settings: WebSettings, *, needs_content: bool = True
) -> AsyncIterator[Submission]:
    """What `request` has sent; its files are there within this block only. Raises ProblemError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    options = [*request.query_params.multi_items()]
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        async with _form_of(request, settings) as fields:
            submission = _of_form(options, fields)
            _require_content(submission, needed=needs_content)
            yield submission
        return
    body = await request.body()
    if kind == "application/json":
        submission = _of_json(options, _limited(body, settings))
    elif kind in ("text/plain", ""):
        text = _limited(body, settings).decode("utf-8", "replace")
        submission = _of(options, text=text)
    else:
        submission = _of_bytes(options, body)
    _require_content(submission, needed=needs_content)
    yield submission


@asynccontextmanager
async def _form_of(request: Request, settings: WebSettings) -> AsyncIterator[FormData]:
    """The form of a request. Raises ProblemError for one that is none, or is too large."""
    try:
        form = await request.form(
            max_files=settings.most_files, max_fields=50, max_part_size=settings.most_text
        )
    except HTTPException as error:
        raise _unfit(error.detail, settings) from None
    try:
        yield form
    finally:
        await form.close()


def _unfit(said: str, settings: WebSettings) -> ProblemError:
    """The problem for what the framework has `said` of a form."""
    if said.startswith("Too many files"):
        most = str(settings.most_files)
        return ProblemError("too-many-files", f"At most {most} files can be sent.", most=most)
    return _long_text(settings) if "exceeded" in said else ProblemError("bad-request", said)


def _require_content(submission: Submission, *, needed: bool) -> None:
    if needed and submission.is_empty:
        raise ProblemError("nothing-sent", "Send a link, a text or a file.")


def _limited(body: bytes, settings: WebSettings) -> bytes:
    if len(body) > settings.most_text:
        raise _long_text(settings)
    return body


def _long_text(settings: WebSettings) -> ProblemError:
    most = size_in_units(settings.most_text)
    detail = f"A text may have at most {most}; send it as a file."
    return ProblemError("too-large", detail, most=most)


def _of_form(options: Sequence[tuple[str, str]], form: FormData) -> Submission:
    """What a form says: fields are options or the text, the rest are files."""
    files, fields, texts = [], [*options], []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name not in ("files", "file"):
                raise _unknown(name)
            if value.filename or value.size:
                files.append(SentFile(_file_name(value.filename), value.file))
        elif name == "text":
            texts.append(value)
        else:
            fields.append((name, value))
    return _of(fields, text="\n".join(texts), files=tuple(files))


def _of_bytes(options: Sequence[tuple[str, str]], body: bytes) -> Submission:
    """A file that is the whole body; the option `name` says what it is called."""
    name = _file_name(dict(options).get("name"))
    return _of(options, files=(SentFile(name, BytesIO(body)),) if body else ())


def _of_json(options: Sequence[tuple[str, str]], body: bytes) -> Submission:
    """What a JSON object says."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise ProblemError("bad-request", "The body is not JSON.") from None
    if not isinstance(given, dict):
        raise ProblemError("bad-request", "The body must be a JSON object.")
    text, urls = given.pop("text", ""), given.pop("urls", [])
    url = given.pop("url", None)
    urls = [*urls, url] if url is not None and isinstance(urls, list) else urls
    if not isinstance(text, str):
        raise ProblemError("bad-request", "text must be a string.")
    if not isinstance(urls, list) or not all(isinstance(one, str) for one in urls):
        raise ProblemError("bad-request", "url must be a string, urls a list of strings.")
    fields = [*options]
    for name, value in given.items():
        if not isinstance(value, bool if name in _FLAGS else str) and name in (*_FLAGS, *_WORDS):
            kind = "true or false" if name in _FLAGS else "a string"
            raise ProblemError("bad-request", f"{name} must be {kind}.")
        fields.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
    return _of(fields, text=text, urls=tuple(urls))


def _of(
    options: Sequence[tuple[str, str]],
    *,
    text: str = "",
    urls: tuple[str, ...] = (),
    files: tuple[SentFile, ...] = (),
) -> Submission:
    flags: dict[str, bool] = {}
    words: dict[str, str] = {}
    for name, value in options:
        if name in _FLAGS:
            if value.lower() not in _TRUE | _FALSE:
                raise ProblemError("bad-request", f"{name} must be true or false.")
            flags[name] = value.lower() in _TRUE
        elif name in _WORDS:
            words[name] = _file_name(value) if name == "name" else value
        else:
            raise _unknown(name)
    return Submission(text, urls, tuple(_named_apart(files)), words=words, **flags)


def _named_apart(files: Iterable[SentFile]) -> Iterator[SentFile]:
    """The files, each under a name of its own: two folders may have a `notice.eml` each."""
    taken: set[str] = set()
    for file in files:
        name, number = file.name, 2
        while name in taken:
            stem, dot, suffix = file.name.rpartition(".")
            name = f"{stem} ({number}){dot}{suffix}" if stem else f"{suffix} ({number})"
            number += 1
        taken.add(name)
        yield SentFile(name, file.file)


def _unknown(name: str) -> ProblemError:
    known = ", ".join((*_CONTENT, *_FLAGS, *_WORDS))
    shown = printable(name)[:40]
    return ProblemError("unknown-option", f"There is no option {shown!r} here; there are {known}.")


def _file_name(given: str | None) -> str:
    """The last part of a path as any system writes it, fit for a header and a page.

    >>> _file_name("C:\\\\mail\\\\notice.eml"), _file_name("../../etc/passwd"), _file_name("..")
    ('notice.eml', 'passwd', 'file')
    """
    name = PurePosixPath((given or "").replace("\\", "/")).name
    plain = "".join(one for one in name if one.isprintable())[-_LONGEST_NAME:].strip()
    return plain if plain.strip(".") else "file"
