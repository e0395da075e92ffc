#!/bin/sh
# Builds the environment of the robot's daemon in .venv-robot. The daemon needs GStreamer's and
# cairo's headers and typelibs from the system.
set -e
python="${PYTHON:-python3}"
env=.venv-robot
want="libgirepository1.0-dev libcairo2-dev gir1.2-gstreamer-1.0 gir1.2-gst-plugins-base-1.0
 gir1.2-gst-plugins-bad-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good
 gstreamer1.0-plugins-bad gstreamer1.0-nice libegl1"
if command -v dpkg >/dev/null 2>&1; then
  missing=""
  for package in $want; do
    dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
  done
  if [ -n "$missing" ]; then
    echo "[+] the robot's daemon uses the system packages:$missing"
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo -n"
    $as_root apt-get update -qq && \
      DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends \
        $missing >/dev/null || {
      echo "[!] could not install them; do it by hand: sudo apt-get install$missing"; exit 1; }
  fi
fi
if ! cmp -s tests/robot/requirements.txt "$env/.built"; then
  echo "[+] installing the robot's daemon in $env (about 400 MB, a minute or two)"
  [ -x "$env/bin/python" ] || "$python" -m venv "$env"
  "$env/bin/python" -m pip --disable-pip-version-check install -q -r tests/robot/requirements.txt
  cp tests/robot/requirements.txt "$env/.built"
fi
