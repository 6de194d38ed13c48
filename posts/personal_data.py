"""Personal data in running text, cut out by patterns; every pattern reads a text in linear time."""

import re

from posts.personal_numbers import LANDLINE, mask_numbers

EMAIL, WECHAT, QQ, PROFILE = "[邮箱]", "[微信号]", "[QQ号]", "[个人主页]"

_ANYTHING = re.compile(r"[\d@＠①-⑨⓪❶-❾⓿〇零一幺二两三四五六七八九/]|[微薇徽威卫vVwWqQ扣叩企球➕]")
"""A text without any of these holds nothing to mask."""

_HOSTS = r"weibo\.(?:com|cn)|douyin\.com|iesdouyin\.com|xiaohongshu\.com|kuaishou\.com|bilibili\.com|zhihu\.com|tieba\.baidu\.com|toutiao\.com"  # noqa: E501
_IN_LINK = r"[^\s<>\"'“”‘’，。！；、（）【】《》\[\]\u3400-\u9fff]"
_LINK = re.compile(
    rf"(?:https?:/{{2}}|(?<![\w./-])(?:[a-z0-9]{{1,20}}\.){{0,2}}(?:{_HOSTS})/){_IN_LINK}*(?:(?<=/n/)[\w-]+)?"
    r"|(?<![\w./])/(?:u/\d{5,}|n/[\w-]+)",
    re.IGNORECASE,
)
_PROFILE = re.compile(
    r"/(?:u|n|p|user|users|people|profile|space|home)/[^/?#]{2,}"
    r"|weibo\.(?:com|cn)/\d{5,11}(?![\d])"
    r"|space\.bilibili\.com/\d"
    r"|[?&](?:uid|user_?id|sec_?(?:user_?)?id|sec_uid|un|uname|nickname|screen_name)=[^&]",
    re.IGNORECASE,
)

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+[ ]?(?:[@＠]|[(（\[]at[)）\]])[ ]?"
    r"[A-Za-z0-9-]+(?:[.．][A-Za-z0-9-]+)+",
    re.IGNORECASE,
)

_GLUE = r"[\s:：=＝是为→\-—~()（）“”\"'‘’「【,，、号码 　]{0,6}"
_ADD = r"(?:请?(?:加|搜|联系|私聊)?(?:我|他|她)?)?"
_WECHAT = re.compile(
    rf"((?:[微薇徽威卫][信❤芯心星]|(?<![A-Za-z0-9])(?:wechat|weixin|vx|wx|v信|v❤)|[加➕]\s?[v薇威微](?![信A-Za-z])"
    rf"|(?<![A-Za-z0-9])v\s?[:：])(?:账号|帐号)?{_GLUE}{_ADD}{_GLUE})"
    r"([A-Za-z][A-Za-z0-9_\-]{4,}|\d(?:[ \-]?\d){4,})",
    re.IGNORECASE,
)
_WECHAT_ID = re.compile(r"(?<![A-Za-z0-9])wxid_[A-Za-z0-9]+")
_QQ = re.compile(
    rf"((?:(?<![A-Za-z])QQ|扣扣|叩叩|企鹅|球球|[加➕]\s?[Qq扣](?![A-Za-z]))群?{_GLUE}{_ADD}{_GLUE})"
    r"(\d(?:[ \-]?\d){4,})",
    re.IGNORECASE,
)
_LOCAL = re.compile(
    rf"((?:电话|座机|手机|联系方式|致电|拨打|(?<![A-Za-z])tel){_GLUE})"
    r"([2-8]\d{2,3}[ \-—]?\d{4})(?![\d.])(?!\s?[元年])",
    re.IGNORECASE,
)

_MENTION = re.compile(r"([@＠])([^\s@＠:：,，。！!？?；;、()（）\[\]【】《》<>\"“”'‘’/\\#|]+)")


def mask_name(name: str) -> str:
    """Keep the first character only; two stars whatever the length, so that it does not show."""
    name = name.strip()
    return f"{name[0]}**" if name else ""


def mask_text(text: str, keep_names: frozenset[str] = frozenset()) -> str:
    """Replace personal data by placeholders in Chinese; amounts, dates and hotlines stay.

    Applied again it changes nothing. Never raises.

    Args:
        text: any text.
        keep_names: nicknames that may be mentioned in full, such as the channel's own.
    """
    if not _ANYTHING.search(text):
        return text
    for _ in range(4):  # what one pass cuts out can bring two halves of a number together
        masked = _mask_once(text, keep_names)
        if masked == text:
            break
        text = masked
    return text


def holds_profile(url: str) -> bool:
    """Tell whether an address leads to a person's page or names a person's id."""
    return _PROFILE.search(url) is not None


def _mask_once(text: str, keep_names: frozenset[str]) -> str:
    out, done = [], 0
    for link in _LINK.finditer(text):
        out += [_mask_prose(text[done : link.start()], keep_names), _mask_link(link.group())]
        done = link.end()
    return "".join([*out, _mask_prose(text[done:], keep_names)])


def _mask_link(link: str) -> str:
    if link.startswith("/") or holds_profile(link):
        return PROFILE
    return mask_numbers(_EMAIL.sub(EMAIL, link), bank_cards=False)


def _mask_prose(text: str, keep_names: frozenset[str]) -> str:
    text = mask_numbers(_EMAIL.sub(EMAIL, text))
    text = _WECHAT.sub(rf"\1{WECHAT}", _WECHAT_ID.sub(WECHAT, text))
    text = _LOCAL.sub(rf"\1{LANDLINE}", _QQ.sub(rf"\1{QQ}", text))
    return _MENTION.sub(lambda found: found[1] + _mask_mention(found[2], keep_names), text)


def _mask_mention(name: str, keep_names: frozenset[str]) -> str:
    kept = (known for known in keep_names if known and name.startswith(known))
    return name if any(kept) else mask_name(name)
