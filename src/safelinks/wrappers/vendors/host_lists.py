"""Lists of hosts that are too long to stand in the table of wrappers. Data only."""

from __future__ import annotations

__all__ = ["GOOGLE", "SHORTENERS"]

# The top-level domains under which Google answers; a list, for elsewhere the name may be anybody's.
_GOOGLE_SUFFIXES = """
com ad ae com.af com.ag al am co.ao com.ar as at com.au az ba com.bd be bf bg com.bh bi bj com.bn
com.bo com.br bs bt co.bw by com.bz ca cd cf cg ch ci co.ck cl cm cn com.co co.cr com.cu cv com.cy
cz de dj dk dm com.do dz com.ec ee com.eg es com.et fi com.fj fm fr ga ge gg com.gh com.gi gl gm gr
com.gt gy com.hk hn hr ht hu co.id ie co.il im co.in iq is it je com.jm jo co.jp co.ke com.kh ki kg
co.kr com.kw kz la com.lb li lk co.ls lt lu lv com.ly co.ma md me mg mk ml com.mm mn com.mt mu mv mw
com.mx com.my co.mz com.na com.ng com.ni ne nl no com.np nr nu co.nz com.om com.pa com.pe com.pg
com.ph com.pk pl pn com.pr ps pt com.py com.qa ro rs ru rw com.sa com.sb sc se com.sg sh si sk sl sm
sn so sr st com.sv td tg co.th com.tj tl tm tn to com.tr tt com.tw co.tz com.ua co.ug co.uk com.uy
co.uz com.vc co.ve co.vi com.vn vu ws co.za co.zm co.zw cat
"""
GOOGLE = tuple(
    f"{name}google.{suffix}" for suffix in _GOOGLE_SUFFIXES.split() for name in ("www.", "")
)

_SHORTENERS = """
t.co lnkd.in bit.ly bitly.com j.mp tinyurl.com tiny.cc goo.gl forms.gle g.co *.app.goo.gl ow.ly
buff.ly is.gd v.gd rb.gy cutt.ly t.ly rebrand.ly bl.ink shorturl.at s.id dlvr.it trib.al fb.me
wp.me amzn.to a.co apple.co aka.ms git.io ift.tt on.nyc.gov nyti.ms shor.by qrco.de
"""
SHORTENERS = tuple(_SHORTENERS.split())
