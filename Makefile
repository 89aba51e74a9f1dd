# Everything starts here: `make repro`, `make test`, `make ui`. Python 3.11, git and make are all that a machine needs.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# More options of pip and uv, e.g. PIP_FLAGS="--index-url …" for another build of torch
PIP_FLAGS ?=
# uv where it is installed, else pip; `make UV=` takes pip in any case. Both install the same versions.
UV ?= $(shell command -v uv)
ifneq ($(UV),)
MAKE_VENV := $(UV) venv --quiet --python $(PYTHON) $(VENV)
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
else
MAKE_VENV := $(PYTHON) -m venv $(VENV)
INSTALL := $(BIN)/python -m pip install --quiet --progress-bar off
endif
# mmpose and what it stands on name packages that break the others (a second OpenCV, torchvision's CUDA build, chumpy, which
# does not build) and do without them: so these come without their requirements, which the extra `pose` holds
NO_DEPS := mmpose mmengine mmcv-lite
export DO_NOT_TRACK := true
export DVC_NO_ANALYTICS := 1
export MLFLOW_DISABLE_TELEMETRY := true
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup repro experiments test test-fast lint format types ui studio stop doctor

help: ## show these lines
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup: $(READY) ## make .venv and install everything pinned

$(READY): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not there: install Python 3.11, or call make PYTHON=/its/path"; exit 2; }
	@test -x $(BIN)/python || $(MAKE_VENV)
	$(INSTALL) $(PIP_FLAGS) -c constraints.txt -e '.[speech,export,text,heads,pose,video,dev]'
	$(INSTALL) $(PIP_FLAGS) -c constraints.txt --no-deps $(NO_DEPS)
	@touch $(READY)

repro: $(READY) ## run the whole pipeline, stages side by side, then say where everything is (TARGETS=, JOBS=)
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m flows.repro $(TARGETS) $(if $(JOBS),--jobs $(JOBS))
	@$(BIN)/mien summary

experiments: $(READY) ## show DVC's experiments by their headline figures (KEEP=section.key: that parameter too)
	@$(BIN)/dvc exp show --drop '.*[./].*' $(if $(KEEP),--keep '$(KEEP)')

# One process a core; a file's tests stay in one process, since they share trained models.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test: lint types $(READY) ## lint, types and tests
	PATH="$(abspath $(BIN)):$$PATH" OMP_NUM_THREADS=1 $(PYTEST)

test-fast: $(READY) ## the tests but those marked slow
	PATH="$(abspath $(BIN)):$$PATH" OMP_NUM_THREADS=1 $(PYTEST) -m "not slow"

lint: $(READY)
	$(BIN)/ruff check --no-cache .
	$(BIN)/ruff format --no-cache --check .

format: $(READY) ## put the code in the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(READY)
	$(BIN)/mypy

ui: $(READY) ## start MLflow, Prefect and the deployment on loopback
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m flows.deploy up

studio: $(READY) ## open the studio: all makers as a page and an API on loopback (ARGS=: options of mien serve)
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/mien serve $(ARGS)

stop: $(READY) ## end what `make ui` started
	$(BIN)/python -m flows.deploy down

doctor: $(READY) ## say what this machine has and lacks
	$(BIN)/mien doctor
