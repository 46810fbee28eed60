//! Each rule that the contract suite tests is promised on the ports, by its number.

const PORTS: [&str; 5] = [
    include_str!("../../crates/logs-domain/src/port.rs"),
    include_str!("../../crates/logs-domain/src/port/reader.rs"),
    include_str!("../../crates/logs-domain/src/port/writer.rs"),
    include_str!("../../crates/logs-domain/src/port/lifecycle.rs"),
    include_str!("../../crates/logs-domain/src/port/ledger.rs"),
];

#[test]
fn every_rule_is_promised_on_a_port_and_listed_by_its_name() {
    let text = PORTS.concat().to_lowercase();
    for (index, name) in logs_contract::RULES.iter().enumerate() {
        let number = index + 1;
        let marks = [format!("**rule {number}**"), format!("**rule {number}.**")];
        assert!(
            marks.iter().any(|mark| text.contains(mark)),
            "rule {number}"
        );
        assert!(
            text.contains(&format!("//! | {number} | {name} |")),
            "{name}"
        );
    }
    let rows = text.lines().filter(|line| line.starts_with("//! | "));
    assert_eq!(
        rows.count(),
        logs_contract::RULES.len() + 1,
        "the head and a row for each"
    );
}
