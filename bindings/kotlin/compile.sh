# shellcheck shell=bash
# What compiles Kotlin, and the jars of the bindings; to be sourced from the repository's root.
kotlin="${LISSOM_BINDINGS_CACHE:-$HOME/.cache/lissom-bindings}/kotlin-2.4.20"
java=/usr/share/java
out=target/bindings/kotlin-out
mkdir -p "$out"
coroutines="$kotlin/lib/kotlinx-coroutines-core-jvm.jar"

# compile JAR CLASSPATH SOURCES…
compile() {
    local jar="$1" classpath="$2" sum
    shift 2
    # What it is compiled against counts too: with another API of the bindings, old tests would fail at run time.
    # shellcheck disable=SC2046
    sum="$( (find "$@" -name '*.kt' -print0 | sort -z | xargs -0 cat && cat $(tr : '\n' <<<"$classpath" | grep "^$out/" || true) /dev/null) |
        sha256sum)"
    [ -e "$jar" ] && [ "$(cat "$jar.sum" 2>/dev/null)" = "$sum" ] && return
    "$kotlin/bin/kotlinc" "$@" -nowarn -cp "$classpath" -d "$jar" -jvm-target 17
    echo "$sum" >"$jar.sum"
}
bindings="$java/jna.jar:$coroutines"
compile "$out/generated.jar" "$bindings" target/bindings/kotlin/org
compile "$out/sugar.jar" "$bindings:$out/generated.jar" bindings/kotlin/src bindings/kotlin/net
tests="$bindings:$out/generated.jar:$out/sugar.jar:$kotlin/lib/kotlin-stdlib.jar:$kotlin/lib/kotlin-test.jar"
tests="$tests:$kotlin/lib/kotlin-test-junit5.jar:$java/junit-platform-console-standalone.jar"
