//! What the appliance counts.

use std::sync::atomic::AtomicU64;

use contracts_delivery::{UpstreamError, Vitals};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

type Count = Counter<u64, AtomicU64>;
type Labels = [(&'static str, String); 1];

/// The counters; a report to the control plane reads the same ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct EdgeMetrics {
    pub(crate) bytes_served: Count,
    pub(crate) streams: Gauge,
    pub(crate) responses: Family<Labels, Count>,
    /// What the control plane is told of them: not registered, as the family says more.
    answers: Count,
    failed_answers: Count,
    failed_fills: Count,
    pub(crate) fill_blocks: Count,
    pub(crate) fill_bytes: Count,
    pub(crate) neighbour_bytes: Count,
    pub(crate) fill_failures: Family<Labels, Count>,
    pub(crate) blocks_hit: Count,
    pub(crate) cached_bytes: Gauge,
    pub(crate) evicted_files: Count,
    pub(crate) withdrawn_files: Count,
    pub(crate) unstored_blocks: Count,
    pub(crate) failed_blocks: Count,
    pub(crate) access_lost: Count,
    pub(crate) connections_let_go: Count,
    pub(crate) damaged_blocks: Count,
    pub(crate) handshakes: Family<Labels, Count>,
    multiplexed: Family<Labels, Count>,
    pub(crate) kernel_tls: Gauge,
}

impl EdgeMetrics {
    /// Counters gain the suffix `_total` in the text format.
    pub(crate) fn register(&self, registry: &mut Registry) {
        for (name, help, counter) in self.counters() {
            registry.register(format!("marquee_edge_{name}"), help, counter.clone());
        }
        self.register_others(registry);
    }

    fn register_others(&self, registry: &mut Registry) {
        let (responses, failures) = (self.responses.clone(), self.fill_failures.clone());
        registry.register(
            "marquee_edge_responses",
            "Responses begun, by status",
            responses,
        );
        registry.register(
            "marquee_edge_fill_failures",
            "Failed fills, by reason",
            failures,
        );
        registry.register(
            "marquee_edge_tls_handshakes",
            "TLS handshakes over TCP, by outcome: full, resumed, failed, or plain where none was begun",
            self.handshakes.clone(),
        );
        registry.register(
            "marquee_edge_multiplexed_connections",
            "Connections of protocols beside HTTP/1.1, by protocol: h2 or h3",
            self.multiplexed.clone(),
        );
        registry.register(
            "marquee_edge_streams",
            "Responses being sent",
            self.streams.clone(),
        );
        registry.register(
            "marquee_edge_kernel_tls",
            "1 where the system could seal what is sent by TLS; the appliance does so itself either way",
            self.kernel_tls.clone(),
        );
        let cached = self.cached_bytes.clone();
        registry.register(
            "marquee_edge_cached_bytes",
            "Bytes of film in the cache",
            cached,
        );
    }

    /// Names without the prefix, what is counted, and the counts.
    fn counters(&self) -> Vec<(&'static str, &'static str, &Count)> {
        vec![
            ("bytes_served", "Bytes sent to players", &self.bytes_served),
            (
                "fill_blocks",
                "Blocks fetched from upstream and verified",
                &self.fill_blocks,
            ),
            (
                "fill_bytes",
                "Bytes fetched from upstream and verified",
                &self.fill_bytes,
            ),
            (
                "neighbour_bytes",
                "Bytes of those that other appliances gave",
                &self.neighbour_bytes,
            ),
            (
                "blocks_hit",
                "Blocks served that were already stored",
                &self.blocks_hit,
            ),
            (
                "evicted_files",
                "Files evicted to make room",
                &self.evicted_files,
            ),
            (
                "withdrawn_files",
                "Files dropped because they were withdrawn",
                &self.withdrawn_files,
            ),
            (
                "unstored_blocks",
                "Blocks served that found no room",
                &self.unstored_blocks,
            ),
            (
                "failed_blocks",
                "Blocks that the cache's disk did not take or give, or changed",
                &self.failed_blocks,
            ),
            (
                "damaged_blocks",
                "Stored blocks that the slow look found changed on the disk",
                &self.damaged_blocks,
            ),
            (
                "access_lost_events",
                "Notes of answers that could not be told to the control plane",
                &self.access_lost,
            ),
            (
                "connections_let_go",
                "Idle connections closed to make room for others",
                &self.connections_let_go,
            ),
        ]
    }

    /// What a report says of all this; what waits is not known here.
    pub(crate) fn vitals(&self) -> Vitals {
        Vitals {
            answers: self.answers.get(),
            failed_answers: self.failed_answers.get(),
            failed_fills: self.failed_fills.get(),
            failed_blocks: self.failed_blocks.get(),
            waiting: 0,
        }
    }

    pub(crate) fn responded(&self, status: u16) {
        self.answers.inc();
        if status >= 500 {
            self.failed_answers.inc();
        }
        self.responses
            .get_or_create(&[("status", status.to_string())])
            .inc();
    }

    pub(crate) fn greeted(&self, outcome: &str) {
        self.handshakes
            .get_or_create(&[("outcome", outcome.to_owned())])
            .inc();
    }

    pub(crate) fn multiplexed(&self, protocol: &str) {
        self.multiplexed
            .get_or_create(&[("protocol", protocol.to_owned())])
            .inc();
    }

    pub(crate) fn fill_failed(&self, reason: UpstreamError) {
        if reason != UpstreamError::NotFound {
            self.failed_fills.inc();
        }
        let reason = format!("{reason:?}").to_lowercase();
        self.fill_failures
            .get_or_create(&[("reason", reason)])
            .inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_the_crate_and_the_unit() {
        let (metrics, mut registry) = (EdgeMetrics::default(), Registry::default());
        metrics.register(&mut registry);
        metrics.bytes_served.inc_by(7);
        metrics.responded(206);
        metrics.responded(503);
        metrics.fill_failed(UpstreamError::NotFound);
        metrics.fill_failed(UpstreamError::Down);
        let vitals = metrics.vitals();
        let told = (vitals.answers, vitals.failed_answers, vitals.failed_fills);
        assert_eq!(told, (2, 1, 1));
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        assert!(text.contains("marquee_edge_bytes_served_total 7"), "{text}");
        assert!(
            text.contains("marquee_edge_responses_total{status=\"206\"} 1"),
            "{text}"
        );
    }
}
