#!/bin/sh
# Installs what the tests need from the system's package manager, where that is possible.
# Nothing that it installs is started, now or at the next boot: the tests start their own.
sbin="${SBIN:-/usr/sbin}"
policy="$sbin/policy-rc.d"
missing=""
have() { command -v "$1" >/dev/null 2>&1; }
have chromium || have chromium-browser || have google-chrome || missing="$missing chromium"
have flite || missing="$missing flite"
have espeak-ng || missing="$missing espeak-ng"
have mosquitto || [ -x "$sbin/mosquitto" ] || missing="$missing mosquitto"
ldconfig -p 2>/dev/null | grep -q libportaudio || missing="$missing libportaudio2"
have openssl || missing="$missing openssl"
[ -z "$missing" ] && exit 0
echo "[+] the tests use the system packages:$missing"
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo -n"

# Packages ask this file whether their services may start; 101 says no. One that is there stays.
placed=""
forbid_starts() {
  if [ -e "$policy" ] || [ -L "$policy" ]; then return; fi
  placed=yes
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null && $as_root chmod 755 "$policy"
}
allow_starts() {
  [ -z "$placed" ] || $as_root rm -f "$policy"
  placed=""
}

# A broker that came just now must not be there after the next boot, or with a policy of its own.
keep_broker_off() {
  case "$missing" in *mosquitto*) ;; *) return ;; esac
  if have systemctl && [ -d "${SYSTEMD:-/run/systemd/system}" ]; then
    $as_root systemctl disable --now --quiet mosquitto.service 2>/dev/null
  elif have systemctl; then
    $as_root systemctl disable --quiet mosquitto.service 2>/dev/null
  elif have update-rc.d; then
    $as_root update-rc.d mosquitto disable >/dev/null 2>&1
  fi
}

if have apt-get && { [ -z "$as_root" ] || sudo -n true 2>/dev/null; }; then
  trap allow_starts EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  forbid_starts
  $as_root apt-get update -qq && \
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
  installed=$?
  keep_broker_off
  [ "$installed" = 0 ] && exit 0
fi
echo "[!] could not install them; do it by hand (Debian, Ubuntu: sudo apt-get install$missing)."
echo "    Tests that need them are skipped and say so."
exit 0
