#!/bin/sh
# Installs what the tests need from the system's package manager, where that is possible.
missing=""
have() { command -v "$1" >/dev/null 2>&1; }
have chromium || have chromium-browser || have google-chrome || missing="$missing chromium"
have flite || missing="$missing flite"
have espeak-ng || missing="$missing espeak-ng"
have mosquitto || [ -x /usr/sbin/mosquitto ] || missing="$missing mosquitto"
ldconfig -p 2>/dev/null | grep -q libportaudio || missing="$missing libportaudio2"
have openssl || missing="$missing openssl"
[ -z "$missing" ] && exit 0
echo "[+] the tests use the system packages:$missing"
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if have apt-get && { [ -z "$as_root" ] || sudo -n true 2>/dev/null; }; then
  $as_root apt-get update -qq && \
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null \
    && exit 0
fi
echo "[!] could not install them; do it by hand (Debian, Ubuntu: sudo apt-get install$missing)."
echo "    Tests that need them are skipped and say so."
exit 0
