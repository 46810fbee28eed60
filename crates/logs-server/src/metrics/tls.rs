//! The counts of the certificate, read when somebody asks for them.

use std::fmt::Error;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;

use crate::tls::Certificates;

/// Reads the counts of a certificate.
#[derive(Debug)]
pub(super) struct TlsCollector(pub(super) Arc<Certificates>);

impl Collector for TlsCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let (replaced, refused) = self.0.reloads();
        for (name, help, value) in [
            (
                "tls_certificate_replaced",
                "Certificates that replaced the one in use",
                replaced,
            ),
            (
                "tls_certificate_refused",
                "Times that the files of the certificate could not be used",
                refused,
            ),
        ] {
            let counter = ConstCounter::new(value);
            let metric = encoder.encode_descriptor(name, help, None, counter.metric_type())?;
            counter.encode(metric)?;
        }
        Ok(())
    }
}
