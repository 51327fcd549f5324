//! Which bucket, where, and with which key.

use std::fmt;

use object_store::aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut};
use object_store::{BackoffConfig, RetryConfig};
use platform_http::Trust;
use url::Url;

use super::client::Connector;
use crate::ObjectError;
use crate::limits::{RETRIES, RETRY_TIMEOUT};

/// A bucket of an S3 server.
#[derive(Debug, Clone)]
pub struct S3Config {
    bucket: String,
    pub(super) prefix: String,
    endpoint: Option<Url>,
    region: Option<String>,
    credentials: Option<S3Credentials>,
    pub(super) writers: Writers,
    trust: Trust,
}

/// How many processes set the pointers of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Writers {
    /// Several may: the server must heed the conditions of a put, which is tested before the first.
    #[default]
    Many,
    /// One alone, which the operator vouches for: for servers without conditional puts, such as garage.
    One,
}

/// A key for a server. It does not print.
#[derive(Clone)]
pub struct S3Credentials {
    key_id: String,
    secret: String,
}

impl S3Credentials {
    /// From the key's public and secret halves.
    pub fn new(key_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            key_id: key_id.into(),
            secret: secret.into(),
        }
    }
}

impl fmt::Debug for S3Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("S3Credentials(..)")
    }
}

impl S3Config {
    /// A bucket of AWS, with credentials as AWS's own tools find them.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            prefix: String::new(),
            endpoint: None,
            region: None,
            credentials: None,
            writers: Writers::Many,
            trust: Trust::default(),
        }
    }

    /// Uses only what lies below `prefix`, so that several stores share a bucket.
    #[must_use]
    pub fn below(mut self, prefix: &str) -> Self {
        prefix.trim_matches('/').clone_into(&mut self.prefix);
        self
    }

    /// Another server than AWS's, addressed by paths; over plain HTTP if the URL says so.
    #[must_use]
    pub fn at(mut self, endpoint: Url) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// The region that requests are signed for; `us-east-1` unless said.
    #[must_use]
    pub fn in_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The key to use instead of what the environment holds.
    #[must_use]
    pub fn with_credentials(mut self, credentials: S3Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Whom to take for the server, where it is reached by TLS.
    #[must_use]
    pub fn trusting(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// How many processes set pointers.
    #[must_use]
    pub fn written_by(mut self, writers: Writers) -> Self {
        self.writers = writers;
        self
    }

    pub(super) fn connect(&self) -> Result<AmazonS3, ObjectError> {
        let mut builder = match &self.credentials {
            Some(_) => AmazonS3Builder::new(),
            None => AmazonS3Builder::from_env(),
        };
        builder = builder
            .with_http_connector(Connector(self.trust.clone()))
            .with_bucket_name(&self.bucket)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: RETRIES,
                retry_timeout: RETRY_TIMEOUT,
            });
        if let Some(S3Credentials { key_id, secret }) = &self.credentials {
            builder = builder
                .with_access_key_id(key_id)
                .with_secret_access_key(secret);
        }
        if let Some(region) = &self.region {
            builder = builder.with_region(region);
        }
        if let Some(endpoint) = &self.endpoint {
            builder = builder
                .with_endpoint(endpoint.as_str().trim_end_matches('/'))
                .with_allow_http(endpoint.scheme() == "http");
        }
        builder.build().map_err(|error| ObjectError::BadAddress {
            address: format!("s3://{}/{}", self.bucket, self.prefix),
            why: error.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let config = S3Config::new("films").with_credentials(S3Credentials::new("GK1", "hunter2"));
        let printed = format!("{config:?} {:?}", config.connect().unwrap());
        assert!(!printed.contains("hunter2"), "{printed}");
    }
}
