//! How the library is linked for Android.

#[expect(clippy::print_stdout, reason = "it is how Cargo is told")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Android has pages of 16 KiB on newer devices, and its shop refuses a library that fits into pages of 4 KiB alone.
    // Newer kits say so by themselves, older ones do not; `bindings/check-elf` looks.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "android") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,max-page-size=16384");
    }
}
