#!/bin/sh
# Install the system packages that the tests need: Chromium and a Chinese font for the browser
# tests, Xvfb for the one that opens a visible browser, a JDK and Maven for the Elasticsearch node,
# Compose to read compose.yaml.
# As root it installs them; otherwise it says what to install, and those tests are skipped.
set -eu
missing=""
command -v chromium >/dev/null || missing="$missing chromium"
fc-list ':lang=zh' 2>/dev/null | grep -q . || missing="$missing fontconfig fonts-noto-cjk"
command -v Xvfb >/dev/null || missing="$missing xvfb"
command -v javac >/dev/null || missing="$missing default-jdk-headless"
command -v mvn >/dev/null || missing="$missing maven"
docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null ||
    missing="$missing docker-compose"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of package names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "some tests need:$missing (sudo apt-get install$missing)" >&2
fi
