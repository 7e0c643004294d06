# Every target sets up what it needs first; see scripts/setup.
bin := .venv/bin

.PHONY: help demo serve test test-long check bench clean
.DEFAULT_GOAL := help

help:
	@echo "make demo       set up, then run the whole path on the made-up province; results in out/"
	@echo "make serve      set up, then start the service on this computer"
	@echo "make test       set up, then run the tests; ARGS='-k name' chooses among them"
	@echo "make test-long  the tests that take more than a minute each"
	@echo "make check      style, types and the direction of imports"
	@echo "make bench      time the main steps beside the same work in plain geopandas"
	@echo "make clean      stop the private server and remove out/, .venv and caches;"
	@echo "                your register (.wuye/ or WUYE_HOME) stays"

demo:
	@scripts/setup run
	@$(bin)/wuye demo $(ARGS)

serve:
	@scripts/setup run
	@$(bin)/wuye serve $(ARGS)

test:
	@scripts/setup test
	@# Python keeps what it compiles, whatever the machine's settings say: the tests start the
	@# service and its commands as processes time and again.
	PYTHONDONTWRITEBYTECODE= $(bin)/python -m pytest -m "not long" -n auto --dist worksteal $(ARGS)

test-long:
	@scripts/setup test
	$(bin)/python -m pytest -m long $(ARGS)

check:
	@scripts/setup run
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy
	$(bin)/lint-imports
	PATH="$(CURDIR)/$(bin):$$PATH" npm run --silent check --prefix service/web

bench:
	@scripts/setup run
	$(bin)/python -m benchmarks $(ARGS)

clean:
	-@if [ -x $(bin)/wuye ]; then $(bin)/wuye stop; fi
	rm -rf out build dist *.egg-info .venv maps/assets/node_modules service/web/node_modules service/static
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "The register stays: .wuye/, /var/lib/wuye or WUYE_HOME, whichever you used."
