//! Every list page by page, forwards and backwards in both directions, on every backend.

use crate::queries::{asked, folder, store_everything};
use crate::support::{Backend, all_backends};

const LISTS: &[&[&str]] = &[
    &["runs", "list"],
    &["trace", "list"],
    &["trace", "steps", "trace-7f3a"],
    &["trace", "list-steps"],
    &["replay", "--around", "run-7f3a"],
    &["governance"],
    &["system", "list"],
    &["system", "window"],
    &["system", "by-correlation", "change-88"],
    &["audit", "list"],
    &["exports"],
];

/// The same page as a program and as a person gets it: its records, and the cursors before and behind.
async fn page(backend: &Backend, words: &[&str]) -> (String, Option<String>, Option<String>) {
    let json = asked(backend, "acme", &[words, &["--json"]].concat()).await;
    let table = asked(backend, "acme", words).await;
    let line: serde_json::Value = serde_json::from_str(&json.err).unwrap();
    let told = |name: &str| line["page"][name].as_str().map(str::to_owned);
    assert_eq!(told("previous"), table.previous(), "{words:?}");
    assert_eq!(told("next"), table.cursor(), "{words:?}");
    assert_eq!(line["page"]["has_more"], table.cursor().is_some());
    (json.out, told("previous"), told("next"))
}

#[tokio::test]
async fn pages_and_cursors_give_each_record_once_in_the_order_of_all_both_ways() {
    let folder = folder();
    for backend in all_backends(&folder).await {
        store_everything(&backend).await;
        for list in LISTS {
            let mut ways = Vec::new();
            for way in [&[][..], &["--oldest-first"], &["--newest-first"]] {
                let words = [*list, way].concat();
                let all = [&words[..], &["--all", "--json"]].concat();
                let all = asked(&backend, "acme", &all).await;
                let one = [&words[..], &["--limit", "1"]].concat();
                let (first, mut previous, mut next) = page(&backend, &one).await;
                assert_eq!(previous, None, "{words:?}");
                let mut forth = vec![first];
                while let Some(cursor) = next {
                    let after = [&one[..], &["--after", &cursor]].concat();
                    let records;
                    (records, previous, next) = page(&backend, &after).await;
                    forth.push(records);
                }
                assert!(!all.out.is_empty());
                assert_eq!(forth.concat(), all.out, "{} {words:?}", backend.name);
                let mut back = vec![forth.last().unwrap().clone()];
                while let Some(cursor) = previous {
                    let before = [&one[..], &["--before", &cursor]].concat();
                    let (records, earlier, _) = page(&backend, &before).await;
                    back.push(records);
                    previous = earlier;
                }
                back.reverse();
                assert_eq!(back, forth, "{} {words:?}", backend.name);
                ways.push(forth);
            }
            let [own, oldest_first, newest_first] = &mut ways[..] else {
                panic!("three ways");
            };
            assert!(own == oldest_first || own == newest_first, "{list:?}");
            newest_first.reverse();
            assert_eq!(oldest_first, newest_first, "{} {list:?}", backend.name);
        }
    }
}
