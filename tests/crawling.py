"""A worker that a test kills: crawls the replayed Weibo channel into the data folder.

python -m tests.crawling BASE_URL
"""

import sys

from crawlers.demo import demo_channels
from crawlers.run import crawl
from monitor.channels import Channel, Pace
from monitor.settings import load_settings

if __name__ == "__main__":
    (found,) = [c for c in demo_channels(sys.argv[1]) if c.id == "demo-weibo"]
    slowly: Channel = found.model_copy(update={"pace": Pace(delay=0.05)})
    crawl([slowly], load_settings())
