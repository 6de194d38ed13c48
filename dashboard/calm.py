"""What a reader sees when something is not there: plain words, never a traceback."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.plain import as_label
from posts.errors import GongshengError, NotAllowed, StoreError

log = logging.getLogger(__name__)

_REBUILD = "gongsheng rebuild"
WELCOME = """
### 还没有任何发言

系统已经装好，只差第一批资料。请任选一种办法开始：

1. **先看演示**：在命令窗口运行 `gongsheng demo`，系统会采集一组虚构的工会频道。
2. **采集自己的频道**：填写频道文件 `channels.yaml`，再运行 `gongsheng crawl`。
3. **导入已有的文件**：运行 `gongsheng import 文件名`。

完成以后刷新本页即可。
"""


@contextmanager
def calm() -> Iterator[None]:
    """Turn errors into a calm sentence; what went wrong goes to the log for the administrator."""
    try:
        yield
    except NotAllowed as error:
        st.info(as_label(str(error), limit=300), icon=":material/lock:")
    except StoreError as error:
        log.exception("the store refused")
        if _REBUILD in str(error):
            _say(
                "资料库要重建一次（换了新版本，或文件损坏）。资料没有丢失；"
                f"请管理员运行 {_REBUILD}，完成后刷新本页。"
            )
            return
        _say("资料库暂时打不开。已经采集的内容没有丢失，请过几分钟再刷新本页。")
    except GongshengError:
        log.exception("a page could not be shown")
        _say("有一项设置或文件有问题，这一页暂时显示不了。资料没有丢失，请联系管理员。")
    except Exception:
        log.exception("a page broke")
        _say("这一页出了点问题，资料没有丢失。请刷新；如果还不行，请联系管理员。")


def welcome() -> None:
    """Say what to do while there is nothing to see."""
    with st.container(border=True):
        st.markdown(WELCOME)


def _say(sentence: str) -> None:
    st.warning(sentence, icon=":material/info:")
    st.caption("管理员可在运行本程序的命令窗口里看到详细原因。")
