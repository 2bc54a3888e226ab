"""Check a notice from Python, and list what must be fixed: python check_notice.py notice.txt."""

import sys

import safelinks

if len(sys.argv) != 2:
    sys.exit("usage: python check_notice.py FILE")
report = safelinks.check(sys.argv[1])
for finding in report.findings:
    print(f"line {finding.place.line}: {finding.code} {finding.message}")
    if finding.replacement is not None:
        print(f"    write {finding.replacement}")
sys.exit(report.exit_code)
