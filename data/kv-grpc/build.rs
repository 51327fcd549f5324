//! Makes messages, service and client from the protocol's description, without `protoc`.

use std::error::Error;

const PROTOCOL: &str = "marquee/kv/v1/kv.proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::Compiler::new(["proto"])?
        .include_imports(true)
        .open_file(PROTOCOL)?
        .file_descriptor_set();
    tonic_prost_build::configure()
        .bytes(".")
        .build_transport(false)
        .compile_fds(descriptors)?;
    Ok(())
}
