# make run    set up, start the embedded database, do the main job on the sample, serve the desk on 127.0.0.1:8000
#             and the settlement window, a process apart, on 127.0.0.1:8001
# make test   set up, check the code, run every test
# make setup  install what is missing; the program is then .venv/bin/landreg
# make bench  [SIZE=100000] [ONLY="import overlaps"]: measure against the peers | make drill: long fault runs, which print what they saw
# make tamper-drill  [FROM=log.entry] [TABLES="..."]: a superuser strikes a copy of the running register: every blow must be named
# make stop   stop server and databases | make clean: remove all that was made here, the databases too
.PHONY: run test setup bench drill tamper-drill lint style types tests stop clean
SIZE ?= 1000000
VENV := .venv/bin
# Compiled modules are kept, whatever the shell says: the tests and the server start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

run: setup
	@exec scripts/run

setup:
	@scripts/setup

lint: style types

style: setup
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/lint-imports --no-cache

types: setup
	$(VENV)/mypy --strict

# The check of types needs one core for a minute: the tests begin beside it.
test: style
	@$(MAKE) --no-print-directory -j 2 types tests

tests: setup
	@scripts/cluster start test
	$(VENV)/pytest -n 2 --dist loadfile --no-loadscope-reorder

drill: setup
	@scripts/cluster start test
	$(VENV)/pytest -m drill

tamper-drill: setup
	@scripts/cluster start run
	$(VENV)/python -m bench.tamper $(if $(FROM),--from $(FROM)) $(TABLES)

bench: setup
	$(VENV)/python -m bench --size $(SIZE) $(if $(ONLY),--only $(ONLY))

stop:
	@scripts/stop

clean:
	@scripts/clean
