# Everything from a fresh machine: each target does its own set-up.
#   make demo      both programs with a demonstration school; PORT=8200 make demo takes 8200 and 8201, FRESH=1 begins anew
#   make test      the tests, real Redis, real PostgreSQL, a real browser (under ten minutes on 2 cores)
#   make simulate SEEDS=20000  whole days under faults, in virtual time
#   make faults RUNS=24 [KIND=kill-redis] [SEED=1] [JOBS=2]  real faults on real processes, 20 s and 500 pupils each
#   make pictures  every page of both programs, pictured for the READMEs (docs/pictures)
#   make coverage  branches of protocol, store, writer, drain and keys that the tests take: all of them
#   make mutants [SCRIPTS=1]  small mistakes put into the protocol, or into its Lua, and how many of them the tests see
#   make bench [ONLY=name] [COMPARE=commit]; make bench-plot  the history as benchmarks/history.svg
#   make test-long everything; make lint; make loadtest [PUPILS=5000 SECONDS=120]
#   make peak, storm, outages  the great rehearsals of loadtest/README.md, 3 to 8 minutes each; make overload  (Linux, root)

PORT ?= 8080
PUPILS ?= 5000
SECONDS ?= 120
ONLY ?=
COMPARE ?=
SEEDS ?= 1000
FIRST ?= 0
RUNS ?= 24
SCRIPTS ?=
KIND ?=
SEED ?= 1
JOBS ?= 1
OLD ?=
FRESH ?=
PYTHON ?= python3
BIN := .venv/bin
# A process a core, each with servers of its own; a file stays together, so that its tests share them. In order, so that the
# long days in a browser do not come last.
SPREAD := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
export PYTHONDONTWRITEBYTECODE ?=
COVERING := $(wildcard tests/engine/test_archive_*.py) tests/sessions \
	$(addprefix tests/simulation/test_,script.py corners.py lanes.py outbox.py) \
	$(addprefix tests/engine/test_,audit.py beats.py keyring.py recovery.py wrapping.py writer.py \
	api_files.py::test_a_file_moved_cut_or_changed_is_noticed \
	backup.py::test_a_backlog_of_more_lines_than_one_reading_takes_is_in_the_backup \
	serve_refusals.py::test_a_redis_that_another_version_has_filled_is_left_alone \
	serve_refusals.py::test_a_redis_that_another_version_has_filled_since_ends_those_that_ran)
COVERING_LONG := tests/sessions/test_routes.py tests/engine/test_recovery_cluster.py \
	tests/engine/test_archive_killed.py::test_until_it_is_told_to_end_it_drains_without_a_supervisor

.PHONY: demo test test-long pictures coverage mutants lint bench bench-plot loadtest peak storm outages overload simulate faults lock clean

demo: .venv/run.stamp
	@$(BIN)/python -m demonstration --port $(PORT) $(if $(FRESH),--fresh)

test: .venv/dev.stamp
	@sh scripts/browser.sh
	$(BIN)/python -m pytest $(SPREAD) -q -m "not long"

test-long: .venv/dev.stamp
	@sh scripts/browser.sh
	$(BIN)/python -m pytest $(SPREAD) -q

pictures: .venv/dev.stamp
	@sh scripts/browser.sh
	PASSATION_PICTURES=1 $(BIN)/python -m pytest -q tests/browser/test_pictures.py

coverage: export COVERAGE_FILE = $(CURDIR)/var/coverage/data
coverage: .venv/dev.stamp
	@sh scripts/browser.sh
	@rm -rf var/coverage && mkdir -p var/coverage
	$(BIN)/python -m coverage run -m pytest $(SPREAD) -q -m "not long" $(COVERING)
	$(BIN)/python -m coverage run -m pytest $(SPREAD) -q -m long $(COVERING_LONG)
	@$(BIN)/python -m coverage combine -q
	@$(BIN)/python -m coverage report

mutants: .venv/dev.stamp
	@$(BIN)/python -m tests.mutants $(if $(SCRIPTS),--scripts)

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev.stamp
	@$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(COMPARE),--compare $(COMPARE))

bench-plot: .venv/dev.stamp
	@$(BIN)/python -m benchmarks --plot benchmarks/history.svg

simulate: .venv/dev.stamp
	@$(BIN)/python -m simulation --seeds $(SEEDS) --first $(FIRST)

faults: .venv/dev.stamp
	@$(BIN)/python -m faults --runs $(RUNS) --kind "$(KIND)" --seed $(SEED) --jobs $(JOBS) --old "$(OLD)"

loadtest: .venv/run.stamp
	@$(BIN)/python -m engine loadtest --pupils $(PUPILS) --seconds $(SECONDS)

peak: .venv/run.stamp
	@$(BIN)/python -m engine loadtest --pupils 50000 --seconds 495 --generator both --set shape=ramp --set arrive_s=150 \
	  --set think_s=25 --set think_spread=0.1 --set hand_in_window_s=45

storm: .venv/run.stamp
	@$(BIN)/python -m engine loadtest --pupils 30000 --seconds 150 --generator both --set shape=storm --set early_share=0.33333 \
	  --set arrive_s=30 --set start_window_s=55 --set think_s=25 --set think_spread=0.2 --set hand_in_window_s=40

outages: .venv/run.stamp
	@$(BIN)/python -m engine loadtest --pupils 10000 --seconds 445 --generator light --set arrive_s=12 \
	  --outage redis:60@30 --outage engine:5min@104

overload: .venv/dev.stamp
	@$(BIN)/python -m benchmarks.overload --factors 1,2,5 --rounds 3 --seconds 16

lock:
	cd requirements && for name in run dev; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $$name.in -o $$name.txt; \
	done

.venv/run.stamp: requirements/run.txt scripts/setup.sh
	@sh scripts/setup.sh "$(PYTHON)" run
	@touch $@

.venv/dev.stamp: requirements/dev.txt scripts/setup.sh
	@sh scripts/setup.sh "$(PYTHON)" dev
	@touch $@ .venv/run.stamp

clean:
	rm -rf .venv var
