#!/bin/sh
# The browser tests need Debian's chromium, its driver and a CJK font, some reference tests R: install where possible, else say so.
missing=""
for program in chromium chromedriver; do command -v "$program" >/dev/null 2>&1 || missing="$missing $program"; done
[ -n "$(find /usr/share/fonts -iname 'NotoSansCJK*' 2>/dev/null | head -1)" ] || missing="$missing fonts-noto-cjk"
command -v pdftoppm >/dev/null 2>&1 || missing="$missing poppler-utils"
for package in lme4 survey sandwich survival; do
  Rscript -e "library($package)" >/dev/null 2>&1 || missing="$missing r-cran-$package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing for the tests:$missing"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    chromium chromium-driver fonts-noto-cjk poppler-utils \
    r-base-core r-cran-lme4 r-cran-survey r-cran-sandwich r-cran-survival >/dev/null && exit 0
fi
echo "NOT RUN: tests that need these will be skipped; missing:$missing" >&2
exit 0
