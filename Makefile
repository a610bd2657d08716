# make review   set up everything in this checkout, check and build the shipped review
# make test     set up everything and run every test
# make checks   formatter, linter, types, import contracts, sizes
.PHONY: review test checks format lock clean
REVIEW = reviews/pediatric-b-all
BIN = .venv/bin

review:
	@scripts/setup run
	@$(BIN)/remit check $(REVIEW)
	@$(BIN)/remit build $(REVIEW)

test:
	@scripts/setup dev
	@scripts/browser || [ $$? = 3 ]
	@$(BIN)/python -m pytest -n auto --dist loadfile -rs --durations=12

checks:
	@scripts/setup dev
	@$(BIN)/ruff format --check src tests bench
	@$(BIN)/ruff check src tests bench
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/sizes.py

format:
	@scripts/setup dev
	@$(BIN)/ruff format src tests bench
	@$(BIN)/ruff check --fix src tests bench

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
