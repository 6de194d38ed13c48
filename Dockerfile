# The dashboard and the command line; the archive and the index lie in the volume /data.
FROM python:3.11-slim-bookworm

RUN apt-get update \
 && apt-get install -y --no-install-recommends chromium fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 gongsheng \
 && mkdir /data /key \
 && chown gongsheng /data /key

WORKDIR /app
COPY requirements.txt pyproject.toml README.md ./
COPY posts posts
COPY nlp nlp
COPY monitor monitor
COPY crawlers crawlers
COPY dashboard dashboard
RUN pip install --no-cache-dir --requirement requirements.txt

USER gongsheng
# The pseudonym key never lies beside the data it protects.
ENV GONGSHENG_DATA=/data/gongsheng \
    GONGSHENG_AUDIT=/data/gongsheng-audit \
    GONGSHENG_KEY_FILE=/key/pseudonym.key
VOLUME ["/data", "/key"]
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
  CMD ["gongsheng", "status", "--json"]
ENTRYPOINT ["gongsheng"]
CMD ["serve", "--headless"]
