"""The table of wrappers: senders of newsletters, who count the clicks of each reader."""

from __future__ import annotations

from safelinks.wrappers.microsoft.safelink_grammar import AND
from safelinks.wrappers.vendors import tokens
from safelinks.wrappers.vendors.carriers import path_part
from safelinks.wrappers.vendors.link_ends import AS_IT_STANDS, End
from safelinks.wrappers.vendors.wrapper_row import ANYWHERE, Kind, Wrapper, query, secret

__all__ = ["NEWSLETTER_SERVICES"]

_WORD = r"[\w-]"
_ANY_LENGTH = "its last value is a token of any length"
_ORDER = "the target stands last, and has no end of its own"
_SES_SECRETS = secret(parts=rf"/({_WORD}{{30,60}})/({_WORD}{{20,}})(?==[0-9])")
_SIDEKICK = ("t.sidekickopen.com", *(f"t.sidekickopen{number:02}.com" for number in range(1, 100)))
_CONVERTKIT = tuple(
    f"{name}.convertkit-mail{number}.com"
    for number in ("", *range(2, 10))
    for name in ("click", "*.click")
)

NEWSLETTER_SERVICES: tuple[Wrapper, ...] = (
    Wrapper("aws-ses", "Amazon SES", Kind.TRACKER, ("*.awstrack.me",),
            End(opens="/L0/", closes="/[0-9]+/", signs=",",
                mark=rf"/[0-9]+/{_WORD}{{30,60}}/{_WORD}{{20,}}=[0-9]{{3}}"),
            _SES_SECRETS, path_part(r"/L0/(?P<target>[^/?\#]+)"), path=r"/L0/"),
    # By the whole tail: of all addresses with /L0/ or /CL0/ in public files, only links of Amazon
    # have it; of 20 pages none had it otherwise.
    Wrapper("govdelivery-cl0", "GovDelivery", Kind.TRACKER, ("links-*.govdelivery.com",),
            End(opens="/C?L0/", closes="/[0-9]+/", signs=",", mark=tokens.SES_TAIL),
            _SES_SECRETS, path_part(r"/C?L0/(?P<target>[^/?\#]+)"), path=r"/C?L0/"),
    Wrapper("ses-cl0", "Amazon SES", Kind.TRACKER, (ANYWHERE,),
            End(opens="/C?L0/", closes="/[0-9]+/", signs=",", mark=tokens.SES_TAIL),
            _SES_SECRETS, tokens.ses, path=r"/C?L0/https?(?::|%3A)%2F%2F",
            starts=("/L0/", "/CL0/")),
    Wrapper("azure-mail", "Azure mail", Kind.TRACKER,
            ("emails.azure.microsoft.com", "*.safelink.emails.azure.net"),
            *query("destination", hidden="p", without=_ANY_LENGTH), path=r"/redirect/?\?"),
    Wrapper("govdelivery-track", "GovDelivery", Kind.TRACKER, ("links.govdelivery.com",),
            End(opens=rf"{AND}{AND}{AND}[0-9]*{AND}{AND}{AND}", without=_ORDER),
            secret("enid"), tokens.govdelivery_track, path=r"/track\?",
            recipient=tokens.govdelivery_recipient),
    Wrapper("govdelivery", "GovDelivery", Kind.TRACKER, ("lnks.gd", "links.govdelivery.com"),
            End(opens=r"/l/[\w-]+\.", closes=r"\.",
                mark=rf"\.{_WORD}{{43}}(?:/s/[0-9]+/br/[0-9]+-[a-z]|(?![/\w-]))"),
            secret(parts=rf"\A\.({_WORD}*)(?:/s/([0-9]+))?(?:/br/([0-9]+))?"
                         rf"|/l/{_WORD}+\.({_WORD}+)\Z"),
            tokens.govdelivery, path=r"/(?:l/|[0-9]+/)", unmarked=True),
    Wrapper("mandrill", "Mandrill", Kind.TRACKER, ("mandrillapp.com", "www.mandrillapp.com"),
            End(opens=rf"(?:\?|{AND})p=", without=_ANY_LENGTH),
            secret("id", parts=r"/click/([0-9]+)/|[?&]p=([\w=-]+)"), tokens.mandrill,
            path=r"/track/"),
    Wrapper("substack", "Substack", Kind.TRACKER, ("substack.com", "www.substack.com"),
            End(opens="/redirect/2/", closes=r"\.", mark=rf"\.{_WORD}{{43}}(?![\w-])"),
            secret("j", parts=rf"\A\.({_WORD}*)"), tokens.substack, path=r"/redirect/2/",
            unmarked=True),
    Wrapper("substack-token", "Substack", Kind.TRACKER, ("substack.com", "www.substack.com"),
            AS_IT_STANDS, secret("j", parts=r"/redirect/([\w-]+)"),
            path=r"/redirect/[0-9a-f]{8}-"),
    # Known by its token, which inflates to a query with a target, a recipient and a signature.
    Wrapper("mailgun", "Mailgun", Kind.TRACKER, (ANYWHERE,),
            End(opens="/c/(?=e[JN])", without=_ANY_LENGTH), secret(parts=rf"/c/({_WORD}{{40,}})"),
            tokens.mailgun, path=rf"/c/e[JN]{_WORD}{{40}}", recipient=tokens.mailgun_recipient,
            starts=("/c/eJ", "/c/eN")),
    # Known by its token, which is JSON with "email_id" and "href", and a signature.
    Wrapper("customerio", "Customer.io", Kind.TRACKER, (ANYWHERE,),
            End(opens="/e/c/(?=eyJ)", closes="/", mark=r"/[0-9a-f]{64}"),
            secret(parts="/([0-9a-f]{64})"), tokens.customer_io, path="/e/c/eyJ[\\w-]{40}",
            starts=("/e/c/eyJ",)),
    Wrapper("postmark", "Postmark", Kind.TRACKER, ("click.pstmrk.it",),
            End(opens="/[23][a-z]{1,2}/", closes="/", without=_ANY_LENGTH),
            secret(parts=r"\A(/[^?\#]*)"), tokens.postmark),
    Wrapper("convertkit", "ConvertKit", Kind.TRACKER, _CONVERTKIT,
            End(opens=rf"/{_WORD}+/{_WORD}+/", without=_ORDER),
            secret(parts=rf"(?<=[a-z])/({_WORD}+)/({_WORD}+)/"), tokens.convertkit, unmarked=True),
    Wrapper("icontact", "iContact", Kind.TRACKER, ("click.icptrack.com",),
            *query("destination", hidden="r msgid act c", public="cf v", without=_ORDER),
            path=r"/icp/relay\.php\?"),
    Wrapper("sidekick", "HubSpot Sidekick", Kind.TRACKER, _SIDEKICK,
            *query("t", hidden="si pi", parts=rf"/({_WORD}{{20,}})(?=\?)", public="f",
                   without=_ORDER)),
    Wrapper("constantcontact", "Constant Contact", Kind.TRACKER, ("*.rs6.net",), AS_IT_STANDS,
            secret("f c ch id"), path=r"/(?:tn|on)\.jsp"),
    Wrapper("mailchimp", "Mailchimp", Kind.TRACKER, ("*.list-manage.com",), AS_IT_STANDS,
            secret("e"), path=r"/track/click\?"),
    Wrapper("sendgrid", "SendGrid", Kind.TRACKER, ("*.sendgrid.net",), AS_IT_STANDS,
            secret("upn"), path=r"/(?:ls|wf|uni)/(?:click|open)\?"),
)  # fmt: skip
