# `just` lists the recipes.
set positional-arguments

default:
    @just --list

# Everything that must be green before a change lands.
check: fmt lint test docs deny

# Formatting.
fmt:
    cargo fmt --all --check

# Clippy with warnings denied, tests and benches included.
lint:
    cargo clippy --workspace --all-targets --locked -- -D warnings
    cargo clippy --locked -p lissom-relay --all-targets --features postgres-tests -- -D warnings
    cargo clippy --locked -p lissom-diary --no-default-features -- -D warnings

# All tests.
test *ARGS:
    cargo test --workspace --locked "$@"

# The story of two phones and a late tablet; exits non-zero unless they converge.
demo *ARGS:
    cargo run --release --locked -p lissom-cli -- demo "$@"

# The relay on PostgreSQL: the store's contract, and several nodes that are killed. Needs PostgreSQL's programs on this machine.
postgres *ARGS:
    cargo test --locked -p lissom-relay --features postgres-tests --lib --test nodes -- --nocapture "$@"

# Loads a relay on this machine: `just load http://127.0.0.1:8460 --people 32 --seconds 30`.
load *ARGS:
    cargo run --release --locked -p lissom-relay --example lissom-load -- "$@"

# The figures: relay, opening, applying, first sync. Nothing else should be running.
bench *ARGS:
    cargo bench --locked -p lissom-tests "$@"

# One seed of the simulator, exactly as it was: `just sim SEED=42`, or `just sim 42`. A violation is printed with its steps.
sim SEED="1" *ARGS:
    cargo run --release --locked -p lissom-tests --bin sim -- --seed "${1#SEED=}" "${@:2}"

# Many seeds of the simulator: what CI runs.
simulate SEEDS="2000" *ARGS:
    cargo run --release --locked -p lissom-tests --bin sim -- --seeds "${1#SEEDS=}" "${@:2}"

# Puts in one fault after the other; the simulator must find each. Prints how many seeds it took.
planted:
    cargo test --release --locked -p lissom-tests --features planted --test planted -- --nocapture

# The documentation of every crate, with warnings denied.
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# The bindings: sets up what is missing, builds, and tells the story in each language: `just bindings`, `just bindings python`.
bindings *LANGUAGES:
    bindings/run "$@"

# The library as it goes into apps: its size, its names.
size:
    bindings/size

# Writes down what apps can call, after `just bindings`.
api:
    bindings/api

# A wheel for this system, into target/wheels.
wheel:
    bindings/wheel

# An AAR for Android, into target/. Needs the NDK.
aar *OUT:
    bindings/aar "$@"

# An XCFramework for iOS and macOS, into target/xcframework. Needs a Mac with Xcode.
xcframework *OUT:
    bindings/xcframework "$@"

# Compile-checks the library for phones, without their kits: nothing is run. Some minutes.
check-mobile *TARGETS:
    bindings/check-mobile "$@"

# Licences, sources and who may use what. Needs cargo-deny.
deny:
    cargo deny --locked check bans licenses sources

# Writes the frozen bytes anew. Only for a new version of a format.
golden:
    UPDATE_GOLDEN=1 cargo test --locked -p lissom-core -p lissom-sync -p lissom-protocol -p lissom-diary --test golden
    bash vectors/python/run seal.py > vectors/sealed-by-python.json
    UPDATE_GOLDEN=1 cargo test --locked -p lissom-tests --test vectors the_vectors_are_as_ever
    just vectors

# The vectors against our crates and against Python, and entries that Python seals now, opened by us. Needs Python.
vectors:
    bash vectors/python/run verify.py
    bash vectors/python/run seal.py --fresh > target/sealed-by-python.json
    SEALED_BY_PYTHON="$PWD/target/sealed-by-python.json" cargo test --locked -p lissom-tests --test vectors

# Kills the device's and the relay's process so often, each at a random moment of its work.
kill-loop N="2000":
    LISSOM_KILLS={{N}} cargo test --locked -p lissom-cli --test processes -- --nocapture killed_while
    LISSOM_KILLS={{N}} cargo test --locked -p lissom-relay --test relay -- --nocapture killed_under_load

# Cuts the power N times of each kind at every flush, and flips bits FLIPS times in every kind of page.
power N="10" FLIPS="250" SEED="1":
    LISSOM_SEED={{SEED}} LISSOM_CUTS={{N}} cargo test --locked -p lissom-cli --test power -- --nocapture
    LISSOM_SEED={{SEED}} LISSOM_CUTS={{N}} cargo test --locked -p lissom-relay --test relay -- --nocapture power
    LISSOM_SEED={{SEED}} LISSOM_FLIPS={{FLIPS}} cargo test --locked -p lissom-tests --test bit_flips -- --nocapture

# Measures one part, or reads what runs left in files (`--from`), and writes docs/reliability.md:
# `just reliability sim --seeds 50000`, `just reliability sim --add CHUNK…`, `just reliability --help`.
reliability *ARGS:
    python3 tests/reliability/report.py "$@"

# Everything CI runs.
ci:
    bash .ci/run

# Searches one target for so many seconds, from its corpus. Needs a nightly compiler and cargo-fuzz.
fuzz TARGET SECONDS *ARGS:
    mkdir -p fuzz/target/found/{{TARGET}}
    cargo +nightly fuzz run -s none {{TARGET}} fuzz/target/found/{{TARGET}} fuzz/corpus/{{TARGET}} -- \
        -max_total_time={{SECONDS}} -rss_limit_mb=256 -timeout=1 -max_len=16384 {{ARGS}}

# Makes the corpus of a target as small as its coverage allows, with what was found since.
fuzz-minimise TARGET:
    mkdir -p fuzz/target/found/{{TARGET}} fuzz/target/smaller/{{TARGET}}
    cargo +nightly fuzz run -s none {{TARGET}} fuzz/target/smaller/{{TARGET}} fuzz/corpus/{{TARGET}} \
        fuzz/target/found/{{TARGET}} -- -merge=1
    rm -r fuzz/corpus/{{TARGET}}
    mv fuzz/target/smaller/{{TARGET}} fuzz/corpus/{{TARGET}}
