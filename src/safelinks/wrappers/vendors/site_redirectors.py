"""The table of wrappers: sites that lead out of themselves, copies of pages, shortened links."""

from __future__ import annotations

from safelinks.wrappers.microsoft.safelink_grammar import AND
from safelinks.wrappers.vendors import host_lists, mirrors, tokens
from safelinks.wrappers.vendors.carriers import bare_query
from safelinks.wrappers.vendors.link_ends import AS_IT_STANDS, End, parameters
from safelinks.wrappers.vendors.wrapper_row import ANYWHERE, Kind, Wrapper, nothing, query, secret

__all__ = ["SITE_REDIRECTORS"]

_WORD = r"[\w-]"
_GOOGLE = "sa source ust ved cd esrc rct cad uact opi sntz"
_GOOGLE_SIGNATURE = r"(?:AFQ[\w-]{31}|(?!AFQ)[\w-]{28}(?:[\w-]{6})?)"
_ORDER = "the target stands last, and has no end of its own"
_ANY_LENGTH = "its last value is a token of any length"
_NO_LENGTH = "the target is all of it, and has no end of its own"
_TARGET_ONLY = "its links hold the target and nothing else"
_SAME_FOR_ALL = "its links are the same for every reader"
_DEREF = (
    "1und1.de 1und1-02.de gmx.co.uk gmx.com gmx.fr gmx.net mail.com mail-02.com web.de web-02.de"
)
_TEAMS = "teams.microsoft.com teams.live.com gov.teams.microsoft.us dod.teams.microsoft.us"

SITE_REDIRECTORS: tuple[Wrapper, ...] = (
    Wrapper("google", "Google", Kind.REDIRECTOR, host_lists.GOOGLE,
            *query("q|url", hidden="usg ved", public=_GOOGLE.replace("ved ", ""),
                   mark=rf"{AND}(?:usg={_GOOGLE_SIGNATURE}|ust=[0-9]{{16}})"),
            path=r"/url\?"),
    Wrapper("amp-viewer", "Google AMP", Kind.REDIRECTOR, host_lists.GOOGLE,
            End(opens="/amp/(?:s/)?", without=_NO_LENGTH, signs=",@$+"), nothing(_SAME_FOR_ALL),
            mirrors.amp_viewer, path="/amp/", unmarked=True),
    Wrapper("amp", "AMP cache", Kind.REDIRECTOR, ("cdn.ampproject.org", "*.cdn.ampproject.org"),
            End(opens="/[cv]/(?:s/)?", without=_NO_LENGTH, signs=",@$+"), nothing(_SAME_FOR_ALL),
            mirrors.amp_cache, path="/[cv]/", unmarked=True),
    Wrapper("translate", "Google Translate", Kind.REDIRECTOR, ("*.translate.goog",),
            End(opens=r"translate\.goog", without=_NO_LENGTH), nothing(_SAME_FOR_ALL),
            mirrors.translate, path=r"[^?#]*\?"),
    Wrapper("googlenews", "Google News", Kind.REDIRECTOR, ("news.google.com",),
            End(opens="/articles/(?=CBMi)", without=_ANY_LENGTH), nothing(_SAME_FOR_ALL),
            tokens.google_news, path="/(?:rss/)?articles/CBMi"),
    Wrapper("bing", "Bing", Kind.REDIRECTOR, ("www.bing.com", "bing.com"),
            parameters("u", "ntb p ptn hsh fclid ver psq", mark=rf"{AND}ntb=[0-9]"),
            secret("p ptn hsh fclid psq"), tokens.bing, path=r"/ck/a\?"),
    Wrapper("duckduckgo", "DuckDuckGo", Kind.REDIRECTOR, ("duckduckgo.com", "www.duckduckgo.com"),
            *query("uddg", hidden="rut", mark=rf"{AND}rut=[0-9a-f]{{64}}"), path=r"/l/\?"),
    Wrapper("yahoo", "Yahoo", Kind.REDIRECTOR, ("r.search.yahoo.com",),
            End(opens="/RU=", closes="/RK=", without=_ANY_LENGTH),
            secret(parts=r"/_yl[tu]=([^/;]*)(?:;_ylu=([^/]*))?|/RS=([^/?\#]*)"), mirrors.yahoo),
    Wrapper("facebook", "Facebook", Kind.REDIRECTOR, ("l.facebook.com", "lm.facebook.com"),
            *query("u", hidden="h fbclid __tn__", public="s enc", without=_ANY_LENGTH),
            path=r"/l\.php\?"),
    Wrapper("instagram", "Instagram", Kind.REDIRECTOR, ("l.instagram.com",),
            *query("u", hidden="e", public="s", without=_ANY_LENGTH), path=r"/?\?"),
    Wrapper("messenger", "Messenger", Kind.REDIRECTOR, ("l.messenger.com",),
            *query("u", hidden="h", public="s", without=_ANY_LENGTH), path=r"/l\.php\?"),
    Wrapper("threads", "Threads", Kind.REDIRECTOR, ("l.threads.net", "l.threads.com"),
            *query("u", hidden="e", public="s", without=_ANY_LENGTH), path=r"/?\?"),
    Wrapper("whatsapp", "WhatsApp", Kind.REDIRECTOR, ("l.wl.co",),
            *query("u", hidden="e", without=_ORDER), path=r"/l\?"),
    Wrapper("linkedin", "LinkedIn", Kind.REDIRECTOR, ("www.linkedin.com", "linkedin.com"),
            *query("url", hidden="messageThreadUrn lipi", public="urlhash trk",
                   without=_ANY_LENGTH),
            path=r"/(?:redir/redirect|safety/go)/?\?"),
    Wrapper("slack", "Slack", Kind.REDIRECTOR, ("slack-redir.net",),
            *query("url", public="v", none=_SAME_FOR_ALL, mark=rf"{AND}v=[0-9]"),
            path=r"/link\?"),
    Wrapper("teams-launcher", "Teams launcher", Kind.REDIRECTOR, tuple(_TEAMS.split()),
            parameters("url", "type deeplinkId directDl msLaunch enableMobilePage suppressPrompt"),
            secret("deeplinkId"), mirrors.teams_launcher, path=r"/dl/launcher/launcher\.html\?"),
    Wrapper("deref", "GMX and web.de", Kind.REDIRECTOR,
            tuple(f"deref-{name}" for name in _DEREF.split()),
            *query("redirectUrl", parts=rf"/client/({_WORD}+)(?=/)", public="lm",
                   without="the target may be the last of its parameters"),
            path=r"/mail/client/(?:[\w-]*/)?dereferrer/?\?"),
    Wrapper("youtube", "YouTube", Kind.REDIRECTOR,
            ("www.youtube.com", "m.youtube.com", "youtube.com"),
            *query("q", hidden="redir_token", public="event v html_redirect",
                   mark=rf"{AND}v={_WORD}{{11}}"),
            path=r"/redirect\?"),
    Wrapper("reddit", "Reddit", Kind.REDIRECTOR, ("out.reddit.com",),
            *query("url", hidden="token", public="app_name", without=_ANY_LENGTH),
            path=r"/[^?#]*\?"),
    Wrapper("steam", "Steam", Kind.REDIRECTOR, ("steamcommunity.com", "www.steamcommunity.com"),
            *query("url|u", none=_TARGET_ONLY), path=r"/linkfilter/?\?"),
    Wrapper("vk", "VK", Kind.REDIRECTOR, ("vk.com", "m.vk.com", "www.vk.com", "vk.ru"),
            *query("to", hidden="cc_key post", public="utf el event", without=_ANY_LENGTH),
            path=r"/away\.php\?"),
    Wrapper("tumblr", "Tumblr", Kind.REDIRECTOR, ("t.umblr.com",),
            *query("z", hidden="t b p", public="m ts", without=_ANY_LENGTH),
            path=r"/redirect\?"),
    Wrapper("disqus", "Disqus", Kind.REDIRECTOR, ("disq.us",),
            parameters("url", "cuid imp prev_imp forum_id forum thread_id thread zone area"),
            secret("cuid imp prev_imp"), mirrors.disqus, path=r"/url\?"),
    Wrapper("zhihu", "Zhihu", Kind.REDIRECTOR, ("link.zhihu.com",),
            *query("target", none=_TARGET_ONLY), path=r"/?\?"),
    Wrapper("juejin", "Juejin", Kind.REDIRECTOR, ("link.juejin.cn", "link.juejin.im"),
            *query("target", none=_TARGET_ONLY), path=r"/?\?"),
    Wrapper("gitee", "Gitee", Kind.REDIRECTOR, ("gitee.com", "www.gitee.com"),
            *query("target", none=_TARGET_ONLY), path=r"/link/?\?"),
    Wrapper("curseforge", "CurseForge", Kind.REDIRECTOR, ("www.curseforge.com", "curseforge.com"),
            *query("remoteUrl", none=_TARGET_ONLY), path=r"/linkout\?"),
    Wrapper("awin", "Awin", Kind.REDIRECTOR, ("www.awin1.com", "awin1.com"),
            *query("ued", public="awinmid awinaffid clickref clickref2 clickref3 platform",
                   none=_SAME_FOR_ALL),
            path=r"/cread\.php\?"),
    # The name of the page is that of the product; of 10 such addresses in public files, all nine
    # with a "url" were links of Jive.
    Wrapper("jive", "Jive", Kind.REDIRECTOR, (ANYWHERE,),
            *query("url", none=_TARGET_ONLY),
            path=r"/external-link\.jspa\?(?:url=|urlhttps?[%:]|[a-z]{0,3}=?\Z)",
            starts=("/external-link.jspa",)),
    Wrapper("href.li", "href.li", Kind.REDIRECTOR, ("href.li",), End(opens=r"\?", without=_ORDER),
            nothing(_TARGET_ONLY), bare_query, path=r"/?\?"),
    Wrapper("nyc-exit", "NYC exit page", Kind.REDIRECTOR,
            ("nyc.gov", "www.nyc.gov", "www1.nyc.gov"),
            *query("url", none=_TARGET_ONLY, without=_ORDER), path=r"/cgi-bin/exit\.pl\?"),
    Wrapper("shortener", "a link shortener", Kind.SHORTENER, host_lists.SHORTENERS, AS_IT_STANDS,
            nothing(_SAME_FOR_ALL), path=r"/[^/?#]"),
)  # fmt: skip
