"""Print what every Safe Link of a text tells: python unwrap_links.py notice.txt."""

import sys
from pathlib import Path

import safelinks

if len(sys.argv) != 2:
    sys.exit("usage: python unwrap_links.py FILE")
text = Path(sys.argv[1]).read_text("utf-8")
for link in safelinks.find(text):
    if link.unwrapped is None:
        print(f"line {link.line}: {link.error}")
    elif link.wrapped:
        sent = link.unwrapped.sent_at
        when = f"sent {sent:%Y-%m-%d %H:%M} UTC" if sent else "no time of sending"
        print(f"line {link.line}: {link.target} ({when})")
