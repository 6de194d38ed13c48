"""Scrapy's settings for all our spiders; the pace comes from each channel."""

BOT_NAME = "gongsheng"
SPIDER_MODULES = ["crawlers.spiders"]

USER_AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
"""m.weibo.cn shows its mobile pages to mobile browsers only."""

ITEM_PIPELINES = {"crawlers.pipelines.KeepPipeline": 300}

# One request at a time for each channel. Retries are the spider's own: a wall is never run against.
CONCURRENT_REQUESTS = 1
RETRY_ENABLED = False
REDIRECT_ENABLED = False
METAREFRESH_ENABLED = False
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024

# Sites are read as their robots.txt allows, which crawlers/site.py looks at itself: it has to tell
# apart "not allowed" and "nobody answers". On Weibo and Douyin owners read their own accounts.
ROBOTSTXT_OBEY = False

COOKIES_ENABLED = True
REFERER_ENABLED = False
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
HTTPCACHE_ENABLED = False
LOG_LEVEL = "WARNING"
STATS_DUMP = False
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
