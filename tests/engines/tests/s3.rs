//! S3: the object store's suite, on a store of three nodes that replicates.

use data_objects::{Objects, S3Config, S3Credentials, Writers, conformance};
use tests_engines::{bucket, unique};

#[tokio::test]
async fn objects() {
    let Some(bucket) = bucket() else {
        return;
    };
    let endpoint = bucket.endpoint.parse().expect("the endpoint is a URL");
    // garage does not heed the conditions of a put.
    let config = S3Config::new(bucket.name)
        .below(&unique("objects"))
        .at(endpoint)
        .in_region(bucket.region)
        .with_credentials(S3Credentials::new(bucket.key, bucket.secret))
        .written_by(Writers::One);
    let objects = Objects::open_s3(config).await.expect("the bucket opens");
    let scratch = tempfile::tempdir().expect("there is a temporary folder");
    conformance::suite(&objects, scratch.path()).await;
}
