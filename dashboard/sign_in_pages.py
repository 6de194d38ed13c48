"""The pages of signing in, as HTML that needs nothing from anywhere."""

from html import escape
from urllib.parse import quote

from dashboard.house import PASSWORD, SIGN_IN, SIGN_OUT
from monitor.accounts import SHORTEST_PASSWORD
from monitor.roles import NAMES, Person

_STYLE = """
:root{color-scheme:light}
body{margin:0;background:#f6f4f0;color:#1c1f23;font:20px/1.6 'Noto Sans SC','Noto Sans CJK SC',
'Microsoft YaHei','PingFang SC',sans-serif}
main{max-width:26rem;margin:8vh auto;padding:2rem;background:#fff;border:1px solid #c9c4ba;
border-radius:.4rem}
h1{margin:0 0 1rem;font-size:1.6rem}
label{display:block;margin:1rem 0 .2rem;font-weight:700}
input{box-sizing:border-box;width:100%;padding:.6rem;font:inherit;color:inherit;
border:2px solid #6b6f76;border-radius:.3rem;background:#fff}
button,.button{box-sizing:border-box;display:block;width:100%;margin-top:1.4rem;padding:.7rem;
font:inherit;font-weight:700;text-align:center;color:#fff;background:#9f1d1d;border:0;
border-radius:.3rem;text-decoration:none;cursor:pointer}
.button{background:#0b4f8a}
:focus-visible{outline:3px solid #0b4f8a;outline-offset:2px}
.problem{padding:.7rem 1rem;background:#fdeaea;border-left:.4rem solid #9f1d1d}
p{margin:.6rem 0}
@media(max-width:30rem){main{margin:0;min-height:100vh;border:0;padding:1.2rem}}
"""


def sign_in(next_: str, problem: str, name: str, organisation: str | None) -> str:
    """The form to sign in."""
    other = (
        f'<a class="button" href="{escape(organisation)}?next={quote(next_, safe="")}">'
        "用单位账号登录</a>"
        if organisation
        else ""
    )
    fields = (
        f'<label for="name">账号</label><input id="name" name="name" value="{escape(name[:64])}" '
        'autocomplete="username" maxlength="64" required autofocus>'
        '<label for="password">密码</label><input id="password" name="password" type="password" '
        'autocomplete="current-password" maxlength="1000" required>'
    )
    form = _form(SIGN_IN, next_, fields, "登录")
    return _page("登录", f"{_problem(problem)}{form}{other}")


def password(person: Person, next_: str, problem: str = "") -> str:
    """The form to choose a password."""
    first = (
        "<p>这是一次性密码，只用来第一次登录。请设一个自己的密码。</p>"
        if person.must_change
        else ""
    )
    fields = "".join(
        f'<label for="{name}">{label}</label><input id="{name}" name="{name}" type="password" '
        f'autocomplete="{kind}" maxlength="1000" required>'
        for name, label, kind in (
            ("old", "现在的密码", "current-password"),
            ("new", f"新密码（至少 {SHORTEST_PASSWORD} 个字符）", "new-password"),
            ("again", "再输一遍新密码", "new-password"),
        )
    )
    who = f"<p>账号：{escape(person.name)}（{NAMES[person.role]}）</p>"
    form = _form(PASSWORD, next_, fields, "保存新密码")
    return _page("设置密码", f"{who}{first}{_problem(problem)}{form}")


def sign_out() -> str:
    """Ask whether to sign out."""
    return _page("退出登录", _form(SIGN_OUT, "/", "<p>要退出登录吗？</p>", "退出"))


def _form(action: str, next_: str, fields: str, button: str) -> str:
    where = f"{action}?next={quote(next_, safe='')}"
    return (
        f'<form method="post" action="{escape(where)}">{fields}'
        f'<button type="submit">{button}</button></form>'
    )


def _problem(text: str) -> str:
    return f'<p class="problem" role="alert">{escape(text)}</p>' if text else ""


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title} · 工声</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>工声 · {title}</h1>{body}</main></body></html>"
    )
