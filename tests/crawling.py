"""A worker that a test kills: crawls the replayed Weibo channel into the data folder.

python -m tests.crawling BASE_URL [SOURCE]
"""

import sys

from crawlers.demo import demo_channels
from crawlers.run import crawl
from monitor.channels import Channel, Pace
from monitor.settings import load_settings

if __name__ == "__main__":
    base_url, *source = sys.argv[1:]
    (found,) = [c for c in demo_channels(base_url) if c.id == "demo-weibo"]
    slowly: Channel = found.model_copy(update={"pace": Pace(delay=0.05)})
    for one in source:
        slowly = slowly.model_copy(update={"id": "c", "source": one})
    crawl([slowly], load_settings())
