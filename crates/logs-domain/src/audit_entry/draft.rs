//! The draft of an audit entry.

use crate::field::draft;
use crate::{
    ActorId, ActorType, AuditEventType, CorrelationId, EntityId, EntityType, JsonObject, Reason,
    RecordId, RunId,
};

draft! {
    /// Something that somebody did, as its producer tells it.
    NewAuditEntry: AuditEntry {
        required {
            /// The key of the entry, made by the producer.
            id: RecordId = fact,
            /// What was done.
            event_type: AuditEventType = fact,
            /// The type of the thing it was done to.
            entity_type: EntityType = fact,
            /// The thing it was done to.
            entity_id: EntityId = fact,
            /// What kind of actor did it.
            actor_type: ActorType = fact,
        }
        optional {
            /// Who did it.
            actor_id: ActorId = content,
            /// Why.
            action_reason: Reason = content,
            /// The thing before.
            before_state: JsonObject = content,
            /// The thing after.
            after_state: JsonObject = content,
            /// What ties it to other records.
            correlation_id: CorrelationId = fact,
            /// What else the producer said, kept and never interpreted.
            attributes: JsonObject = content,
        }
        record_time {
            /// When it was done, by the producer's clock; absent, the record time stands in.
            occurred_at = fact,
        }
    }
}

impl NewAuditEntry {
    /// The runs that the entry governs: the distinct run ids under `run_id` and `source_run_id` at
    /// the top of `before_state` and `after_state`, in byte order. A text there that no
    /// [run id](RunId) can be (empty, too long, with a control character) names no run; it stays in
    /// the state and makes no entry wrong. Only an entry about a [governed type](Self::is_governance)
    /// is a governance event.
    #[must_use]
    pub fn governed_runs(&self) -> Vec<RunId> {
        governed_runs(self.before_state.as_ref(), self.after_state.as_ref())
    }

    /// Whether the entry is a governance event: about a policy rule, a policy proposal, a limit
    /// or an incident.
    #[must_use]
    pub fn is_governance(&self) -> bool {
        Self::GOVERNANCE_TYPES.contains(&self.entity_type)
    }

    /// The entity types of governance events.
    pub const GOVERNANCE_TYPES: &'static [EntityType] = &[
        EntityType::POLICY_RULE,
        EntityType::POLICY_PROPOSAL,
        EntityType::LIMIT,
        EntityType::INCIDENT,
    ];

    /// The entity types whose entries appear in a replay window.
    pub const REPLAY_TYPES: &'static [EntityType] = &[EntityType::POLICY_RULE, EntityType::LIMIT];
}

/// The runs that the states of an entry name. Stores keep them in an index, so whoever writes a
/// state must not be able to put there what an index refuses.
pub(crate) fn governed_runs(
    before_state: Option<&JsonObject>,
    after_state: Option<&JsonObject>,
) -> Vec<RunId> {
    let states = [before_state, after_state].into_iter().flatten();
    let mut runs: Vec<RunId> = states
        .flat_map(|state| [state.get_str("run_id"), state.get_str("source_run_id")])
        .flatten()
        .filter_map(|text| RunId::new(text).ok())
        .collect();
    runs.sort_unstable();
    runs.dedup();
    runs
}

#[cfg(test)]
mod tests {
    use super::governed_runs;
    use crate::{JsonObject, RunId};

    fn named(before: &str, after: &str) -> Vec<String> {
        let state = |text| JsonObject::parse(text).unwrap();
        let runs = governed_runs(Some(&state(before)), Some(&state(after)));
        runs.iter().map(|run| run.as_str().to_owned()).collect()
    }

    #[test]
    fn only_texts_at_the_top_of_either_state_name_runs_each_once() {
        let before = r#"{"run_id":"b","source_run_id":"a"}"#;
        let after = r#"{"run_id":7,"source_run_id":"b","in":{"run_id":"c"},"RUN_ID":"d"}"#;
        assert_eq!(named(before, after), ["a", "b"]);
        assert!(governed_runs(None, None).is_empty());
    }

    #[test]
    fn texts_that_no_run_id_can_be_name_no_run() {
        let both =
            |run: &str, source: &str| format!(r#"{{"run_id":"{run}","source_run_id":"{source}"}}"#);
        let longest = "\u{1f9ff}".repeat(RunId::MAX_BYTES / 4);
        assert_eq!(named(&both(&longest, "a"), "{}"), ["a", &longest]);
        let longer = longest.clone() + "x";
        for text in [
            "",
            "line\\nbreak",
            "\\u0001",
            "\u{7f}",
            "\u{85}",
            &longer,
            &"x".repeat(3000),
        ] {
            assert_eq!(named(&both(text, "a"), "{}"), ["a"], "{text:?}");
            assert_eq!(named("{}", &both("a", text)), ["a"], "{text:?}");
        }
    }
}
