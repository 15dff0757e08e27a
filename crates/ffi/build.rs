//! How the library is linked for Android.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "android") {
        // Newer devices have pages of 16 KiB, and the shop refuses a library that fits into pages of 4 KiB alone. Newer kits
        // say so by themselves, older ones do not; `bindings/check-elf` looks.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,max-page-size=16384");
        // Smaller by a twentieth: functions that are the same are kept once, and relocations are packed.
        println!("cargo::rustc-cdylib-link-arg=-Wl,--icf=safe");
        println!("cargo::rustc-cdylib-link-arg=-Wl,--pack-dyn-relocs=android");
    }
}
