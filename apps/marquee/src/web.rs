//! The web client, embedded in the binary and served by path.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use platform_http::Problem;
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../client/web/dist"]
struct Files;

/// What a page may load: its own scripts and styles; media and subtitles from any appliance.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; media-src blob: *; connect-src *; \
     img-src 'self' data: http: https:; style-src 'self' 'unsafe-inline'; worker-src blob: 'self'; \
     frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

/// Serves the web client as the fallback of `router`: files by name, pages by `index.html`, and
/// problems for unknown paths of the API.
pub(crate) fn serve(router: Router) -> Router {
    router.fallback(answer)
}

async fn answer(method: Method, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if method != Method::GET && method != Method::HEAD || is_api(path) {
        return Problem::not_found(format!("there is nothing at {}", uri.path())).into_response();
    }
    match Files::get(path).filter(|_| !path.is_empty()) {
        Some(file) => with_headers(path, file),
        None if looks_like_a_file(path) => StatusCode::NOT_FOUND.into_response(),
        None => Files::get("index.html").map_or_else(
            || StatusCode::NOT_FOUND.into_response(),
            |page| with_headers("index.html", page),
        ),
    }
}

/// API paths carry a version as their second part: `/playback/v1/...`.
fn is_api(path: &str) -> bool {
    path.split('/').nth(1).is_some_and(|part| {
        part.strip_prefix('v')
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

fn looks_like_a_file(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'))
}

fn with_headers(path: &str, file: EmbeddedFile) -> Response {
    let hashed = path.starts_with("assets/");
    let caching = if hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = [
        (header::CONTENT_TYPE, content_type(path)),
        (header::CACHE_CONTROL, caching),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, Body::from(file.data)).into_response()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "json" | "webmanifest" => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_paths_are_told_from_pages() {
        assert!(is_api("playback/v1/sessions"));
        assert!(is_api("video-contents/v1/videos"));
        assert!(!is_api("title/v1abc"));
        assert!(!is_api("watch/abc"));
    }

    #[tokio::test]
    async fn a_page_is_the_index_and_a_missing_file_is_not() {
        let page = answer(Method::GET, Uri::from_static("/title/abc")).await;
        assert_eq!(page.status(), StatusCode::OK);
        let missing = answer(Method::GET, Uri::from_static("/assets/gone.js")).await;
        assert_eq!(missing.status(), StatusCode::NOT_FOUND);
        let api = answer(Method::GET, Uri::from_static("/studio/v1/nothing")).await;
        assert_eq!(
            api.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
    }
}
