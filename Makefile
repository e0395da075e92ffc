# make run   sets everything up and starts the receptionist of configs/demo.yaml
# make test  sets everything up and runs every check
# make help  lists the rest

PYTHON ?= python3
CONFIG ?= configs/demo.yaml
VENV := .venv
FOYER := $(VENV)/bin/python -m agent
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check

.PHONY: run test system-packages pages test-robot test-vllm lint help chat bench clean avatar lock
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 16

run: $(VENV)/.run-ready ## set up, build the pages, fetch the models, start (CONFIG=configs/demo.yaml)
	@$(FOYER) pages build
	@$(FOYER) models pull
	@$(FOYER) run $(CONFIG)

chat: $(VENV)/.run-ready ## talk to the receptionist by typing
	@$(FOYER) chat $(CONFIG)

test: ## set up and run every check: style, types, pages, tests
	@$(MAKE) --no-print-directory -j 2 $(VENV)/.test-ready system-packages
	@$(MAKE) --no-print-directory -j 2 lint pages
	@sh tests/run.sh $(VENV)/bin/python

system-packages:
	@sh tests/system_packages.sh

pages: $(VENV)/.test-ready
	@$(FOYER) models pull
	@$(FOYER) pages build
	@$(FOYER) pages test

test-robot: $(VENV)/.test-ready ## a Reachy Mini's own daemon in MuJoCo: build it, receive a visitor with it
	@PYTHON=$(PYTHON) sh tests/robot/build.sh
	$(VENV)/bin/python -m pytest -q -s tests/robot
	@echo "pictures and figures: tests/output/robot"

test-vllm: $(VENV)/.test-ready ## a real vLLM on the processor: build it, serve a tiny random model, talk with it
	@PYTHON=$(PYTHON) nice -n 15 sh tests/vllm/build.sh
	FOYER_TEST_VLLM=1 nice -n 15 $(VENV)/bin/python -m pytest -q -s tests/vllm
	@echo "figures and the server's log: tests/output/vllm"

lint: $(VENV)/.test-ready ## style and types
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

bench: $(VENV)/.test-ready ## all benches, one after another
	@for name in loop lips camera hearing face perception reaction bodies proactive norms transcript; do echo "== $$name"; $(FOYER) bench $$name || true; done

lock: $(VENV)/.test-ready ## write the versions installed here to constraints.txt
	@{ echo "# Exact versions that were installed together and tested. Renew with: make lock"; \
	  $(PIP) freeze --exclude-editable | sed -E 's/\+[a-z0-9]+//; s/ @ .*//'; } > constraints.txt

avatar: ## rebuild the character (installs Blender as a Python module, about 1 GB)
	@test -x .venv-bpy/bin/python || $(PYTHON) -m venv .venv-bpy
	@.venv-bpy/bin/python -m pip install -q bpy==5.0.1
	.venv-bpy/bin/python -m actuation.embodiments.avatar.build

clean: ## forget the environment, models and built pages
	rm -rf $(VENV) models agent/web/dist agent/web/node_modules .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Foyer needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@echo "[1/4] making the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "python3 -m venv failed; on Debian or Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/.run-ready: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "[2/4] installing the parts (about 1 GB the first time, a few minutes)"
	@$(PIP) install -q --progress-bar on -c constraints.txt -e . || { echo "the installation failed; the lines above say why"; exit 1; }
	@touch $@

# All that the tests need holds all that a run needs: one installation is enough.
$(VENV)/.test-ready: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "[+] installing the parts and what the tests need (about 1 GB the first time, some minutes)"
	@$(PIP) install -q --progress-bar on -c constraints.txt -e '.[test]' || { echo "the installation failed; the lines above say why"; exit 1; }
	@touch $(VENV)/.run-ready $@
