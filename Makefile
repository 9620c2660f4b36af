# run: the server, two partner apps, a single-page app and an API.   test: everything.   bench: the figures in docs/performance.md.   clean: as after a clone.
# chaos: a cluster whose parts die, for five minutes.   fuzz: a minute of wrong requests.   screenshots: every page, in artifacts/screenshots.
# test-sqlserver: the storage on a real SQL Server (Docker, or IDP_TEST_SQLSERVER).   upgrade-test: the version before the newest migration and this one on
# one database.   audit: known weaknesses of what we build on.
.PHONY: build run test test-sqlserver upgrade-test audit bench chaos fuzz screenshots clean

build:
	@scripts/bootstrap build
	@dotnet build IdentityProvider.sln --configuration Release --nologo --verbosity quiet -p:RestoreLockedMode=true
	@! command -v node >/dev/null || scripts/sbom

run:
	@scripts/bootstrap run
	@dotnet build src/IdentityProvider.Server --configuration Release --nologo --verbosity quiet
	@exec scripts/run

test:
	@scripts/bootstrap test
	@dotnet build IdentityProvider.sln --configuration Release --nologo --verbosity quiet -p:RestoreLockedMode=true
	@exec scripts/test

test-sqlserver:
	@scripts/test-sqlserver

upgrade-test:
	@scripts/upgrade-test

audit:
	@scripts/bootstrap build
	@exec scripts/audit

bench:
	@scripts/bootstrap bench
	@exec scripts/bench

chaos:
	@scripts/bootstrap chaos
	@dotnet build src/IdentityProvider.Server --configuration Release --nologo --verbosity quiet
	@exec node tests/chaos/run.js

fuzz: build
	@exec node tests/fuzz/run.js

screenshots:
	@scripts/bootstrap screenshots
	@dotnet build src/IdentityProvider.Server --configuration Release --nologo --verbosity quiet
	@node tests/interop/screenshots.js

clean:
	@scripts/clean
