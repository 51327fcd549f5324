//! Refuses to build a service without its face.

fn main() {
    println!("cargo::rerun-if-changed=../../client/web/dist");
    let page = std::path::Path::new("../../client/web/dist/index.html");
    assert!(
        page.exists(),
        "the web client is not built: ./run does it, or `npm ci && npm run build` in client/web"
    );
}
