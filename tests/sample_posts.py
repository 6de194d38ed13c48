"""Thirty-odd invented posts, as varied as the union's channels; usable by every test.

Nothing in them is real. ``SAMPLES`` is the list; ``tagged`` makes one more.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from posts.model import CHINA, Analysis, Count, Coverage, Post, TaggedPost

COLLECTED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MODEL = "sample-1"


def china(text: str) -> datetime:
    """Read "2026-11-02 08:30" as a time in China."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def tagged(native: str = "1", text: str = "食堂的汤又咸了", **changes: Any) -> TaggedPost:
    """Make a tagged comment; fields of Post, Analysis and ``version`` may be named."""
    platform = changes.pop("platform", "weibo")
    version = changes.pop("version", 1)
    negative = changes.pop("negative", 0.2)
    analysis: dict[str, Any] = {
        "sentiment": "neutral",
        "probabilities": {
            "negative": negative,
            "neutral": (1 - negative) / 2,
            "positive": (1 - negative) / 2,
        },
        "intent": "chat",
        "model": MODEL,
    }
    post: dict[str, Any] = {
        "id": f"{platform}:{native}",
        "platform": platform,
        "channel": f"{platform}-main",
        "kind": "comment",
        "text": text,
        "published_at": china("2026-11-10 12:00"),
        "collected_at": COLLECTED,
        "source": f"{platform}-sample",
        "masked": True,
    }
    for name, value in changes.items():
        target = analysis if name in Analysis.model_fields else post
        if name in ("likes", "comments", "shares", "views") and isinstance(value, int):
            value = Count(value=value)
        target[name] = value
    return TaggedPost(post=Post(**post), analysis=Analysis(**analysis), version=version)


_ROWS: list[dict[str, Any]] = [
    {"native": "5001", "kind": "post", "by_channel": True, "thread_id": "weibo:5001",
     "text": "【星河集团工会】高温津贴本周发放，请各班组核对名单。#夏送清凉#",
     "published_at": china("2026-11-02 08:30"), "intent": "announcement", "topics": ("wages",),
     "likes": 120, "comments": 48, "shares": 9, "negative": 0.02,
     "coverage": Coverage(declared=48, fetched=40)},
    {"native": "5002", "thread_id": "weibo:5001", "parent_id": "weibo:5001",
     "text": "三车间的高温津贴一分钱没见到，找谁说理去[怒]", "region": "江苏", "gender": "m",
     "unit": "云岭厂区", "shift": "夜班",
     "published_at": china("2026-11-02 09:05"), "sentiment": "negative", "emotion": "angry",
     "intent": "complaint", "topics": ("wages", "rights"), "likes": 36, "negative": 0.93},
    {"native": "5003", "thread_id": "weibo:5001", "parent_id": "weibo:5002",
     "text": "同问，我们班组也是", "region": "江苏", "unit": "云岭厂区",
     "published_at": china("2026-11-02 09:05"),
     "sentiment": "negative", "intent": "complaint", "topics": ("wages",), "likes": 4,
     "negative": 0.71},
    {"native": "5004", "thread_id": "weibo:5001", "parent_id": "weibo:5002", "by_channel": True,
     "text": "您好，已转财务核实，三个工作日内答复您", "published_at": china("2026-11-02 10:40"),
     "intent": "announcement", "topics": ("wages", "service"), "negative": 0.05},
    {"native": "5005", "thread_id": "weibo:5001",
     "text": "ＡＰＰ上的名单打不开，能发个ｅｘｃｅｌ吗",
     "region": "安徽", "published_at": china("2026-11-02 23:59"), "intent": "inquiry",
     "topics": ("service",), "negative": 0.4},
    {"native": "5006", "text": "連續加班三個月，年假也不給休，真的撐不住了[泪]", "region": "广东",
     "gender": "f", "published_at": china("2026-11-03 00:00"), "sentiment": "negative",
     "emotion": "sad", "intent": "complaint", "topics": ("hours", "mental"), "likes": 210,
     "comments": 33, "negative": 0.96},
    {"native": "5007", "text": "加班到凌晨，打车还不给报销😡😡", "region": "上海",
     "published_at": china("2026-11-03 01:20"), "sentiment": "negative", "emotion": "angry",
     "intent": "complaint", "topics": ("hours", "benefits"), "likes": 18, "negative": 0.9},
    {"native": "5008", "text": "师傅说他撑不下去了，不想活了，谁能联系上他家里人",
     "published_at": china("2026-11-03 02:11"), "sentiment": "negative", "emotion": "fear",
     "intent": "help", "topics": ("mental",), "urgent": True, "urgency": 0.97, "negative": 0.98},
    {"native": "5009", "text": "谢谢工会大姐帮我办好了大病救助，全家记在心里[心]",
     "region": "河南", "gender": "f", "unit": "东港总装", "shift": "白班",
     "published_at": china("2026-11-04 15:00"),
     "sentiment": "positive", "emotion": "happy", "intent": "praise", "topics": ("hardship",),
     "likes": 88, "negative": 0.01},
    {"native": "5010", "text": "冲压线护栏坏了半个月没人修，昨天差点压到手！",
     "published_at": china("2026-11-04 20:18"), "sentiment": "negative", "intent": "complaint",
     "topics": ("safety",), "urgent": True, "urgency": 0.88, "likes": 61, "negative": 0.94},
    {"native": "5011", "text": "建议食堂增加夜宵窗口，倒班的只能泡面", "region": "江苏",
     "published_at": china("2026-11-05 06:30"), "intent": "suggestion", "topics": ("living",),
     "likes": 27, "negative": 0.45},
    {"native": "5012", "text": "打卡", "published_at": china("2026-11-05 07:00"), "likes": 1},
    {"native": "5013", "text": "打卡", "published_at": china("2026-11-05 07:00"), "likes": 1},
    {"native": "5014", "text": "打卡", "published_at": china("2026-11-05 07:01")},
    {"native": "5015", "text": "兼职日结，加薇信领红包", "published_at": china("2026-11-05 11:11"),
     "intent": "spam", "negative": 0.3},
    {"native": "5016", "text": "", "published_at": china("2026-11-05 12:00")},
    {"native": "5017", "text": "仲裁要准备什么材料？工资条算证据吗？", "region": "四川",
     "published_at": china("2026-11-06 10:00"), "intent": "inquiry", "topics": ("rights",),
     "negative": 0.35},
    {"native": "7001", "platform": "douyin", "kind": "post", "by_channel": True,
     "thread_id": "douyin:7001", "title": "职工运动会精彩瞬间",
     "text": "拔河决赛太燃了🔥🔥 #职工运动会", "published_at": china("2026-11-06 18:00"),
     "sentiment": "positive", "intent": "announcement", "topics": ("activities",),
     "likes": Count(value=1_000_000, lower_bound=True), "comments": 300, "negative": 0.01},
    {"native": "7002", "platform": "douyin", "thread_id": "douyin:7001", "region": "广东",
     "text": "一线的连假都请不到，办公室的天天运动会，呵呵", "gender": "m",
     "published_at": china("2026-11-06 18:30"), "sentiment": "negative", "emotion": "angry",
     "intent": "complaint", "topics": ("activities", "management"), "likes": 520, "negative": 0.87},
    {"native": "7003", "platform": "douyin", "thread_id": "douyin:7001", "text": "加油💪",
     "published_at": china("2026-11-06 18:31"), "sentiment": "positive", "emotion": "happy",
     "negative": 0.02},
    {"native": "7004", "platform": "douyin", "thread_id": "douyin:7001", "text": "666666",
     "published_at": china("2026-11-06 19:00"), "sentiment": "positive", "negative": 0.05},
    {"native": "7005", "platform": "douyin", "text": "骑手跑一单才三块二，平台又降价",
     "region": "浙江", "published_at": china("2026-11-07 12:00"), "sentiment": "negative",
     "intent": "complaint", "topics": ("gig", "wages"), "likes": 45, "negative": 0.89},
    {"native": "7006", "platform": "douyin", "text": "孕期被调去夜班，领导说不干就走人",
     "region": "湖北", "gender": "f", "shift": "夜班",
     "published_at": china("2026-11-07 22:45"),
     "sentiment": "negative", "emotion": "sad", "intent": "help",
     "topics": ("women", "management", "hours"), "likes": 330, "negative": 0.95},
    {"native": "7007", "platform": "douyin", "text": "OK，收到 thanks",
     "published_at": china("2026-11-08 08:00"), "region": "海外"},
    {"native": "7008", "platform": "douyin", "text": "乒乓球拍卖完了，二手的也行",
     "published_at": china("2026-11-08 09:00"), "topics": ("activities",)},
    {"native": "notice-31", "platform": "site", "kind": "post", "by_channel": True,
     "thread_id": "site:notice-31", "title": "关于召开职工代表大会的通知",
     "text": "定于十二月五日召开职代会，审议集体合同草案与福利费使用方案。",
     "published_at": china("2026-11-09 00:00"), "intent": "announcement",
     "topics": ("democracy", "contract"), "negative": 0.02},
    {"native": "letter-8", "platform": "site", "channel": "site-letters", "kind": "post",
     "title": "公积金", "text": "外包员工能不能交公积金？问了三次没人回", "by_channel": False,
     "published_at": china("2026-11-09 10:00"), "sentiment": "negative", "intent": "inquiry",
     "topics": ("insurance", "contract"), "negative": 0.66},
    {"native": "letter-9", "platform": "site", "channel": "site-letters", "kind": "post",
     "title": "感谢信", "text": "感谢法律援助小组，欠薪终于拿到了", "by_channel": False,
     "published_at": china("2026-11-10 10:00"), "sentiment": "positive", "intent": "praise",
     "topics": ("wages", "rights"), "negative": 0.08},
    {"native": "letter-10", "platform": "site", "channel": "site-letters", "kind": "post",
     "text": "公司说效益不好，工资先欠着，薪水拖了两个月", "published_at": None,
     "sentiment": "negative", "intent": "complaint", "topics": ("wages",), "negative": 0.85},
    {"native": "letter-11", "platform": "site", "channel": "site-letters", "kind": "post",
     "text": "宿舍热水几点停", "published_at": None, "intent": "inquiry", "topics": ("living",)},
    {"native": "5018", "text": "国庆三倍工资按实发还是按基本工资算？", "region": "江苏",
     "published_at": china("2026-11-11 09:00"), "intent": "inquiry", "topics": ("wages", "hours")},
    {"native": "5019", "text": "班车改点没通知，白等四十分钟😤", "region": "江苏", "deleted": True,
     "published_at": china("2026-11-11 07:45"), "sentiment": "negative", "intent": "complaint",
     "topics": ("living",), "likes": 12, "negative": 0.8},
    {"native": "5020", "text": "技能大赛拿了一等奖，师徒俩都有奖金！[鼓掌]", "gender": "m",
     "published_at": china("2026-11-12 16:00"), "sentiment": "positive", "emotion": "surprise",
     "intent": "chat", "topics": ("training",), "likes": 66, "negative": 0.02},
    {"native": "5021", "text": "\u200b体检\u200b报告什么时候能查\u0007？", "region": "台湾",
     "published_at": china("2026-11-12 17:00") + timedelta(microseconds=1), "intent": "inquiry",
     "topics": ("benefits",)},
]  # fmt: skip

SAMPLES: list[TaggedPost] = [
    tagged(**row, version=version) for version, row in enumerate(_ROWS, start=1)
]
