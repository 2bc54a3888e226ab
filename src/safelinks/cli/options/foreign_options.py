"""Options of other link checkers, and what they are called here: hints for who comes from there.

One row an option that this program does not have. The names are those of lychee, linkchecker and
markdown-link-check, without their dashes.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["foreign_option"]

# What does the same here, with its value where that is written in another way.
_SAME: Mapping[str, str] = {
    "allow-private-ips": "--allow-private",
    "cache": "--history FILE",
    "exclude-file": "--exclude REGEX",
    "exclude-url": "--exclude REGEX",
    "file-output": "--format NAME=FILE",
    "host-concurrency": "--per-host",
    "ignore-url": "--exclude REGEX",
    "ignore-urls": "--exclude REGEX",
    "include-fragments": "--fragments",
    "include-private": "--allow-private",
    "include-verbatim": "--verbatim",
    "json": "--format json",
    "max-cache-age": "--max-age",
    "max-concurrency": "--concurrency",
    "max-retries": "--retries",
    "no-ignore": "--no-gitignore",
    "no-verify": "--insecure",
    "reporters": "--format",
    "request-timeout": "--timeout",
    "require-https": "--https",
    "retry": "--retries",
    "skip": "--exclude REGEX",
    "stdin": "-",
    "threads": "--concurrency",
    "useragent": "--user-agent",
}
# What is done in another way, or always.
_OTHERWISE: Mapping[str, str] = {
    "accept": "which answers count as working is fixed; `--ignore CODES` and `--level CODES=LEVEL` "
    "say which findings fail the check",
    "alive": "which answers count as working is fixed; `--ignore CODES` and `--level CODES=LEVEL` "
    "say which findings fail the check",
    "base": "only whole addresses are requested",
    "basic-auth": "use `--header 'HOST:Authorization=Basic …'`",
    "cache-exclude-status": "`--max-age VERDICT=AGE` says what is reused from `--history`",
    "check-extern": "all links are requested; `--include REGEX` and `--exclude REGEX` choose",
    "color": "set NO_COLOR or FORCE_COLOR",
    "cookie-jar": "use `--header 'HOST:Cookie=…'`",
    "cookiefile": "use `--header 'HOST:Cookie=…'`",
    "dump": "`--offline --format json` lists all links and requests none",
    "dump-inputs": "`--offline -v` lists all files",
    "exclude-all-private": "private addresses are not requested unless `--allow-private` is given",
    "exclude-link-local": "link-local addresses are never requested",
    "exclude-loopback": "loopback addresses are not requested unless `--allow-private` is given",
    "exclude-mail": "mail addresses are not checked",
    "exclude-private": "private addresses are not requested unless `--allow-private` is given",
    "extensions": "formats are told by content; use a pattern such as `'docs/**/*.md'`",
    "follow-redirects": "redirects are followed, up to 10",
    "github-token": "use `--header 'api.github.com:Authorization=Bearer $NAME'`",
    "glob-ignore-case": "write both cases in the pattern, as in `'*.[Mm][Dd]'`",
    "hidden": "name hidden files, or use `--files-from`",
    "host-request-interval": "use `--rate NUMBER`, requests per second to one host",
    "include-mail": "mail addresses are not checked",
    "max-redirects": "redirects are followed, up to 10",
    "min-tls": "TLS is as this Python's OpenSSL has it",
    "mode": "use `--format text`, or `concise`",
    "no-color": "set NO_COLOR or FORCE_COLOR",
    "no-follow-url": "only the links of the files are requested, not those of their pages",
    "no-progress": "progress is shown on terminals only",
    "no-robots": "only the links of the files are requested, each once",
    "no-status": "progress is shown on terminals only",
    "no-warnings": "`--ignore CODES` leaves findings out",
    "preprocess": "use a pipe, as in `program FILE | safelinks check -`",
    "progress": "progress is shown on terminals only",
    "proxy": "set HTTPS_PROXY, HTTP_PROXY and NO_PROXY",
    "recursion-level": "only the links of the files are requested, not those of their pages",
    "recursive": "directories are read with all that is below them",
    "remap": "use `--resolve HOST:PORT:ADDRESS`",
    "retry-wait-time": "pauses between retries depend on the answer; `--budget` limits their sum",
    "retry-on-429": "an answer that asks for a pause gets it, within `--budget`",
    "scheme": "only http and https are requested",
    "skip-missing": "files that do not exist are errors; in a list, leave them out",
}


def foreign_option(name: str) -> str | None:
    """What to say of an option of other programs, without its dashes; None of one not known.

    >>> foreign_option("max-retries")
    '`--max-retries` is `--retries` here'
    """
    name = name.lstrip("-").replace("_", "-").lower()
    same = _SAME.get(name)
    if same is not None:
        return f"`--{name}` is `{same}` here"
    otherwise = _OTHERWISE.get(name)
    return None if otherwise is None else f"there is no `--{name}`: {otherwise}"
