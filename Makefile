# make build   set up .venv and build the graph of seeds/ into output/
# make test    set up what the tests need and run all of them
# make docs    the documents as a site, build/site/index.html
# make bench   speed of the build, against jieba.posseg over the same text; of queries, checks and Turtle; whether time grows
#              with the text and no faster; how well reprints are found; processes and cache; stores
# make soak    50,000 pages whose facts are known, pages of one line up to 16 MB, 10,000 documents twice, the memory of 100,000, a store of 10M (hours)
# make eval    accuracy against the gold
# make reason  whether ontology and graph contradict themselves, by HermiT (needs Java)
# make wheelhouse  a folder of every wheel for an install without a network; PLATFORM=win_amd64 PYTHON_VERSION=3.12 for another machine
# make clean   remove what these made
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: build test docs bench soak eval reason wheelhouse clean
.DELETE_ON_ERROR:

build: $(VENV)/.installed
	$(BIN)/kg build seeds/ -o output/

test: $(VENV)/.installed-test tests/node/node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2

docs: $(VENV)/.installed-docs
	$(BIN)/python scripts/build_site.py

bench: $(VENV)/.installed
	$(BIN)/python -m bench.run --profile
	$(BIN)/python -m bench.sparql
	$(BIN)/python -m bench.linear
	$(BIN)/python -m bench.reprints
	$(BIN)/python -m bench.corpus
	$(PIP) $$(grep -E '^(pyarrow|duckdb)==' requirements-test.txt)
	$(BIN)/python -m bench.store

soak: $(VENV)/.installed
	$(BIN)/python -m bench.linear --from 1M --to 16M
	$(BIN)/python -m bench.soak
	$(BIN)/python -m bench.corpus --documents 10000 --repeat 1
	$(BIN)/python -m bench.corpus --memory 100000 --characters 300
	$(PIP) $$(grep -E '^(pyarrow|duckdb)==' requirements-test.txt)
	$(BIN)/python -m bench.store --size 10M

eval: $(VENV)/.installed
	$(BIN)/kg evaluate tests/gold/seeds
	$(BIN)/kg evaluate tests/gold/dev

reason: $(VENV)/.installed
	$(PIP) owlready2==0.51
	$(BIN)/python scripts/reason.py

wheelhouse: | $(BIN)/python
	$(PIP) packaging==26.3
	$(BIN)/python scripts/wheelhouse.py wheelhouse $(if $(PLATFORM),--platform $(PLATFORM) --python $(PYTHON_VERSION))

clean:
	rm -rf tests/node/node_modules output/neo4j output/tables output/.kg-cache output/.kg-build-*
	rm -f output/graph-full.graphml output/graph-full.gexf output/graph.cyjs output/graph.jsonld output/graph.nq
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist wheelhouse
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f output/network.html output/graph.graphml output/graph.gexf output/nodes.csv output/edges.csv output/facts.xlsx
	rm -f output/report.json output/review.html output/manifest.json

$(BIN)/python:
	@$(PYTHON) -c '' 2>/dev/null || { echo "make: no $(PYTHON). On Debian and Ubuntu: sudo apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "make: $(PYTHON) is older than 3.11. Name a newer one: make build PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "make: python3-venv is missing. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt pyproject.toml | $(BIN)/python
	$(PIP) -r requirements.txt
	$(PIP) --no-deps -e .
	@touch $@

$(VENV)/.installed-docs: requirements-docs.txt $(VENV)/.installed
	$(PIP) -r requirements-docs.txt
	@touch $@

$(VENV)/.installed-test: requirements-test.txt $(VENV)/.installed-docs
	$(PIP) -r requirements-test.txt
	@touch $@

# other programs that read the graph files; their tests are skipped where there is no node or no way to fetch them
tests/node/node_modules/.installed: tests/node/package.json tests/node/package-lock.json
	@if command -v node >/dev/null && command -v npm >/dev/null && (cd tests/node && npm ci --silent); then touch $@; \
	else echo "make: without node and npm some tests are skipped" >&2; fi
