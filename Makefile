# Everything starts here: `make repro`, `make test`, `make ui`. Python 3.11, git and make are all that a machine needs.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# More pip options, e.g. PIP_FLAGS="--index-url …" for another build of torch
PIP_FLAGS ?=
export DO_NOT_TRACK := true
export DVC_NO_ANALYTICS := 1
export MLFLOW_DISABLE_TELEMETRY := true
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup repro test lint format types ui stop doctor

help: ## show these lines
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup: $(READY) ## make .venv and install everything pinned

$(READY): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not there: install Python 3.11, or call make PYTHON=/its/path"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --progress-bar off $(PIP_FLAGS) -c constraints.txt -e '.[speech,export,vits,heads,dev]'
	@touch $(READY)

# Two branches at a time, since a training of these sizes fills one core: --single-item, because two full `dvc repro` would
# lock each other's inputs. The last `dvc repro` runs what is left, and is the verdict.
TALKING := emotion_discriminator emotion_judge generator talking_face evaluate_talking
MOTION := motion_clips head_motion motion_judge evaluate_motion
SHAPES := shapes_corpus shapes evaluate_shapes

repro: $(READY) ## run the whole pipeline (dvc repro), two branches at a time, then say where everything is
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/dvc repro split
	-@export PATH="$(abspath $(BIN)):$$PATH" OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1}; \
	  $(BIN)/dvc --wait-for-lock repro --single-item $(MOTION) $(SHAPES) & \
	  $(BIN)/dvc --wait-for-lock repro --single-item $(TALKING) & wait
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/dvc repro
	@$(BIN)/mien summary

test: lint types $(READY) ## lint, types and tests
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m pytest

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

stop: $(READY) ## end what `make ui` started
	$(BIN)/python -m flows.deploy down

doctor: $(READY) ## say what this machine has and lacks
	$(BIN)/mien doctor
