"""How pages say that they are not there: "page not found" in English and in other languages.

Whole titles and headings only. English stands here, all else in the table beside this file. It
knows words; what they mean on a page is for `page_signs`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from safelinks.foundation.patterns import pattern_of

__all__ = ["APOLOGIES", "ENGLISH", "says_missing", "words"]

# Titles of pages that are not there, without punctuation and without the apologies before them: the
# whole title, or the whole part of it before or behind the name of the site. Nothing shorter, or an
# article about them would be one.
ENGLISH = frozenset(
    {
        "404", "404 error", "404 file or directory not found",
        "account suspended", "apache2 debian default page it works",
        "apache2 ubuntu default page it works", "content not found",
        "file not found", "iis windows server", "invalid parameters", "not found",
        "object not found", "page can not be found", "page cannot be found", "page does not exist",
        "page doesnt exist", "page no longer available",
        "page not available", "page not found", "page not found 404",
        "requested page not found", "site suspended",
        "the page cannot be found",
        "the page you requested was not found", "the page you were looking for doesnt exist",
        "the resource cannot be found", "this account has been suspended",
        "this page cannot be found", "this page could not be found", "this page does not exist",
        "this page isnt available", "we cant find that page", "we couldnt find that page",
        "website expired", "website suspended", "welcome to nginx",
    }
)  # fmt: skip
APOLOGIES = pattern_of(
    r"(?:(?:oops|whoops|uh oh|sorry|were sorry|we are sorry|error|http|404)\s+)+"
)

_TABLE = "missing_page_phrases.txt"
# The word for an error that stands before or behind the number, and what people say to be sorry.
_ERRORS = """
error erreur fehler fehlermeldung foutmelding fout erro errore błąd ошибка помилка грешка hata fejl
feil fel virhe chyba hiba eroare greška gabim erè erreur lỗi σφάλμα שגיאה טעות خطأ خطا ত্রুটি त्रुटि
오류 에러 エラー 错误 錯誤 http code código codice kod код статус status
"""
_SORRY = """
oops ops ups oups hoppla whoops sorry désolé désolée pardon lo sentimos perdón disculpe leider
entschuldigung desculpe desculpa siamo spiacenti spiacenti scusa helaas przepraszamy niestety
извините к сожалению простите ой вибачте на жаль عذرا عفوا نأسف معذرت দুঃখিত क्षमा करें 죄송합니다
申し訳ございません 申し訳ありません 抱歉 很抱歉 对不起 對不起 xin lỗi üzgünüz maaf maalesef eskize
nou regrèt padon dezole מצטערים אופס סליחה
"""
_MARKS = pattern_of(r"[^\w\s]+")


def words(text: str) -> str:
    """The words of `text` in lower case, without marks: also those that letters of India bear.

    >>> words("  Page  NOT found! "), words("n’existe pas")
    ('page not found', 'nexiste pas')
    """
    return " ".join(_MARKS.sub("", unicodedata.normalize("NFKC", text)).lower().split())


def _key(text: str) -> str:
    """What is compared: some languages write no blanks, and some sites forget them."""
    return words(text).replace(" ", "")


def _phrases(table: str) -> Iterator[str]:
    """The phrases that `table` holds, which says itself how it is written."""
    for line in table.splitlines():
        subjects, bar, said = line.partition(" | ")
        if line.startswith("#") or not line:
            continue
        for subject in subjects.split("/"):
            yield from (f"{subject} {one}" for one in said.split("/")) if bar else (subject,)


@cache
def _keys() -> frozenset[str]:
    table = Path(__file__).with_name(_TABLE).read_text("utf-8")
    return frozenset(map(_key, _phrases(table)))


_LONGEST = 120  # characters of a title that may be one, with an apology and a number


def _around(spoken: str) -> str:
    """A pattern for any of the words that `spoken` lists, as keys have them, the longest first."""
    return "|".join(sorted({re.escape(_key(one)) for one in spoken.split()}, key=len, reverse=True))


_BEFORE = pattern_of(rf"(?:{_around(_ERRORS)}|{_around(_SORRY)}|404)+")
_BEHIND = pattern_of(rf"(?:{_around(_ERRORS)})?404\Z")


def says_missing(text: str) -> bool:
    """Whether all that `text` says, in a language that is not English, is that a page is missing.

    An apology before it, and the number with or without the word for an error, may be there.

    >>> says_missing("404 – Seite nicht gefunden"), says_missing("Erreur 404")
    (True, True)
    >>> says_missing("Die Seite nicht gefunden: ein Roman"), says_missing("Erreur")
    (False, False)
    """
    key = _key(text[: 4 * _LONGEST])
    if not key or len(key) > _LONGEST:
        return False
    if key in _keys():
        return True
    for bare in (key, _BEHIND.sub("", key, count=1)):
        begin = _BEFORE.match(bare)
        rest = bare[begin.end() :] if begin else bare
        if rest in _keys() or (not rest and "404" in key):
            return True
    return False
