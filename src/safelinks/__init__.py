"""Unwrap Microsoft Safe Links, name the resources behind them, check that they still work.

>>> import safelinks
>>> safelinks.unwrap(
...     "https://gcc02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.nyc.gov%2Fpip"
... ).target
'https://www.nyc.gov/pip'
"""

from safelinks.safelink import SafeLink
from safelinks.text import Link, clean, find
from safelinks.unwrap import Unwrapped, unwrap

__all__ = ["Link", "SafeLink", "Unwrapped", "clean", "find", "unwrap"]

__version__ = "0.1.0"
