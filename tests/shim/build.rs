//! Compiles the shim. Linux only: elsewhere nothing can be put under a program this way.
#![expect(clippy::expect_used, reason = "a build stops where it fails")]

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=shim.c");
    println!("cargo::rerun-if-env-changed=CC");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    let out = env::var("OUT_DIR").expect("cargo names a folder");
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let compiled = Command::new(&compiler)
        .args(["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-pthread", "-o"])
        .arg(Path::new(&out).join("libshim.so"))
        .arg("shim.c")
        .status();
    assert!(compiled.expect("a C compiler").success(), "{compiler} does not compile shim.c");
}
