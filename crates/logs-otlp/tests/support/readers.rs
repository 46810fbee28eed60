//! What the decoders must do with any bytes: not panic, and make records that a store takes. The fuzz targets, the
//! property tests and the tests that replay the corpus go by it.

use bytes::Bytes;
use logs_domain::{AppendBatch, Draft, TenantId};
use logs_otlp::decode::{self, Encoding};
use logs_otlp::map::{Mapped, Settings, logs, traces};

/// What a reader does with bytes.
pub(crate) type Reader = fn(&[u8]);

/// The readers, by name.
pub(crate) const READERS: &[(&str, Reader)] = &[("telemetry", telemetry), ("draft", draft)];

/// Whatever the decoders of OTLP take, the mapping takes, and the batch takes what the mapping gives.
pub(crate) fn telemetry(bytes: &[u8]) {
    let body = Bytes::copy_from_slice(bytes);
    let settings = Settings {
        synthetic_environments: vec!["test".to_owned()],
        ..Settings::default()
    };
    let tenant = TenantId::new("acme").unwrap();
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        if let Ok(request) = decode::traces(&body, encoding) {
            mapped(traces(&request, &tenant, &settings));
        }
        if let Ok(request) = decode::logs(&body, encoding) {
            mapped(logs(&request, &tenant, &settings));
        }
        let _ = decode::metrics(&body, encoding).map(|metrics| metrics.points());
    }
}

fn mapped(mapped: Mapped) {
    for refused in &mapped.refused {
        assert!(refused.item < mapped.items && refused.to_string().len() < 1000);
    }
    let ignored: u64 = mapped.counts.ignored.values().sum();
    let mut with_drafts: Vec<usize> = mapped.drafts.iter().map(|mapped| mapped.item).collect();
    with_drafts.dedup();
    let counted = with_drafts.len() + mapped.refused.len() + usize::try_from(ignored).unwrap();
    assert_eq!(
        counted, mapped.items,
        "each item has drafts, is refused or is counted"
    );
    let drafts: Vec<Draft> = mapped
        .drafts
        .into_iter()
        .map(|mapped| mapped.draft)
        .collect();
    if !drafts.is_empty() {
        AppendBatch::new(drafts).unwrap();
    }
}

/// A draft of the door for JSON is the same after it was written and read again, and a batch takes it.
pub(crate) fn draft(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(draft) = Draft::from_json(text) else {
        return;
    };
    let written = serde_json::to_string(&draft).unwrap();
    assert_eq!(Draft::from_json(&written).as_ref(), Ok(&draft));
    AppendBatch::new(vec![draft]).unwrap();
}
