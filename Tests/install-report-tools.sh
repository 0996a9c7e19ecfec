#!/bin/sh
# Puts the Python tools of the report tests into .build-pytools; does nothing when they are there.
# Several tests may call it at once: they take turns.
set -eu
cd "$(dirname "$0")/.."
target=.build-pytools
list=Tests/report-tools.txt
PYTEST=8.4.2
mkdir -p "$target"
exec 9>"$target/lock"
flock 9
wanted="$(cat "$list") pytest==$PYTEST"
if [ "$(cat "$target/installed" 2>/dev/null)" = "$wanted" ]; then exit 0; fi
rm -rf "$target/venv" "$target/source"
python3 -m venv "$target/venv"
"$target/venv/bin/pip" install --quiet --disable-pip-version-check -r "$list"
# Only the source distribution has the schema; it is read, not built into anything.
"$target/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps \
    --no-binary pytest --dest "$target/source" "pytest==$PYTEST"
tar -xOzf "$target/source/pytest-$PYTEST.tar.gz" \
    "pytest-$PYTEST/testing/example_scripts/junit-10.xsd" >"$target/junit-10.xsd"
printf '%s' "$wanted" >"$target/installed"
