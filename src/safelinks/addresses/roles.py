"""`Role`: what an address is in its document, where that is no link that somebody can follow.

A format knows it of the place (the policy of a page names hosts, it links nothing), running text
of the spelling (an address that ends in an ellipsis is not whole). Nothing is requested for such an
address, nor written in its place, except that a wrapper is taken off.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Role"]


class Role(StrEnum):
    """Why nobody can follow an address; stable names, one for each reason."""

    LINK_TEXT = "link-text"  # the text of a link, which leads where its target says
    SHORTENED = "shortened"  # ends in an ellipsis, or has [...] in it
    TEMPLATE = "template"  # {{ x }}, ${X}, {id}, %s
    CONNECTION_HINT = "connection-hint"  # HTML, link rel=preconnect and rel=dns-prefetch
    SECURITY_POLICY = "security-policy"  # Content-Security-Policy
    VOCABULARY = "vocabulary"  # HTML: itemtype, prefix, vocab, profile
    NAMESPACE = "namespace"  # XML: xmlns, schemaLocation, targetNamespace, scheme of Atom
    IDENTIFIER = "identifier"  # RSS: guid isPermaLink="false"
    DATA = "data"  # HTML: data-*
    ATTRIBUTE_TEXT = "attribute-text"  # HTML: placeholder, value, alt
    FORM_ACTION = "form-action"  # HTML: action, formaction
    SCRIPT = "script"  # strings in scripts and event handlers
    BASE = "base"  # HTML: base, which other addresses are relative to
    UNCLEAR_END = "unclear-end"  # cut, and where it goes on is not certain
