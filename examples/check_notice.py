"""Check a notice from Python, and list what has to be mended: python check_notice.py notice.txt."""

import sys

import safelinks

if len(sys.argv) != 2:
    sys.exit("usage: python check_notice.py FILE")
report = safelinks.check(sys.argv[1])
for row in report.rows:
    lines = ", ".join(str(place.line) for place in row.places)
    if row.replacement is not None:
        print(f"line {lines}: replace {row.target} by {row.replacement}")
    elif row.failing:
        print(f"line {lines}: {row.target} is {row.verdict} ({row.outcome.reason})")
sys.exit(report.exit_code)
