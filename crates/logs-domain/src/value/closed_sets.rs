//! Closed sets of words: an unknown word is refused with the list of known ones.

/// Declares a closed set: each variant with its one word.
macro_rules! closed_set {
    (
        $(#[$meta:meta])*
        $name:ident($field:literal) {
            $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_meta])* #[doc = concat!(" (`", $word, "`)")] $variant),+
        }

        impl $name {
            /// Every member, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word of each member, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word of the member, in JSON and in every store.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::InvalidValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(crate::InvalidValue::new($field, text, crate::value::closed_sets::one_of(Self::WORDS))),
                }
            }
        }

        crate::field::field_value!(
            $name,
            crate::field::ValueType::Word($name::WORDS),
            Text,
            as_str,
            str::parse
        );

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use closed_set;

/// The expectation of an error about a word that is not in a set.
pub(crate) fn one_of(words: &[&str]) -> String {
    format!("one of {}", words.join(", "))
}

closed_set! {
    /// How a run or a step ended.
    ExecutionStatus("execution_status") {
        /// It ended as intended.
        Succeeded = "SUCCEEDED",
        /// It ended with an error.
        Failed = "FAILED",
        /// It was stopped before its end by its caller.
        Aborted = "ABORTED",
        /// It was stopped by a deadline.
        Timeout = "TIMEOUT",
    }
}

closed_set! {
    /// What kind of client recorded a run.
    RecordSource("source") {
        /// A call of the platform's interface.
        Api = "API",
        /// An instrumentation library in the customer's program.
        Sdk = "SDK",
        /// The platform itself.
        System = "SYSTEM",
        /// A test or a probe.
        Synthetic = "SYNTHETIC",
        /// A background worker.
        Worker = "WORKER",
    }
}

closed_set! {
    /// How serious a system record is.
    Severity("severity") {
        /// For the record.
        Info = "INFO",
        /// Worth a look.
        Warn = "WARN",
        /// Needs action.
        Critical = "CRITICAL",
    }
}

closed_set! {
    /// What set off a system event.
    CausedBy("caused_by") {
        /// The platform itself.
        System = "SYSTEM",
        /// A person.
        Human = "HUMAN",
        /// A program on behalf of people, such as a pipeline.
        Automation = "AUTOMATION",
    }
}

closed_set! {
    /// What kind of actor an audit entry names.
    ActorType("actor_type") {
        /// A person.
        Human = "HUMAN",
        /// The platform itself.
        System = "SYSTEM",
        /// An AI agent.
        Agent = "AGENT",
    }
}

closed_set! {
    /// What a log export covers.
    ExportScope("scope") {
        /// LLM runs, traces and trace steps.
        LlmRun = "llm_run",
        /// System records.
        System = "system",
        /// Audit entries.
        Audit = "audit",
        /// Everything that a compliance bundle holds.
        Compliance = "compliance",
    }
}

closed_set! {
    /// The form of an exported file.
    ExportFormat("format") {
        /// JSON lines.
        Json = "json",
        /// Comma-separated values.
        Csv = "csv",
        /// A report for people.
        Pdf = "pdf",
        /// An archive.
        Zip = "zip",
    }
}

closed_set! {
    /// How far a log export has come.
    ExportStatus("status") {
        /// Requested; no outcome is recorded yet.
        Pending = "pending",
        /// Delivered, with its checksum.
        Completed = "completed",
        /// Failed, with its reason.
        Failed = "failed",
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;
    use std::str::FromStr;

    use super::*;

    fn check<T>(all: &[T], words: &[&str])
    where
        T: Copy + Debug + PartialEq + FromStr<Err = crate::InvalidValue> + ToString,
        T: serde::Serialize + serde::de::DeserializeOwned,
    {
        let shown: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(shown, words);
        for (member, word) in all.iter().zip(words) {
            assert_eq!(T::from_str(word).unwrap(), *member);
            let json = serde_json::to_string(member).unwrap();
            assert_eq!(json, format!("\"{word}\""));
            assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *member);
        }
        let error = T::from_str("no such word").unwrap_err();
        assert_eq!(error.expected(), format!("one of {}", words.join(", ")));
    }

    #[test]
    fn every_word_of_every_set_reads_back_and_others_are_refused() {
        check(
            ExecutionStatus::ALL,
            &["SUCCEEDED", "FAILED", "ABORTED", "TIMEOUT"],
        );
        check(
            RecordSource::ALL,
            &["API", "SDK", "SYSTEM", "SYNTHETIC", "WORKER"],
        );
        check(Severity::ALL, &["INFO", "WARN", "CRITICAL"]);
        check(CausedBy::ALL, &["SYSTEM", "HUMAN", "AUTOMATION"]);
        check(ActorType::ALL, &["HUMAN", "SYSTEM", "AGENT"]);
        check(
            ExportScope::ALL,
            &["llm_run", "system", "audit", "compliance"],
        );
        check(ExportFormat::ALL, &["json", "csv", "pdf", "zip"]);
        check(ExportStatus::ALL, &["pending", "completed", "failed"]);
    }

    #[test]
    fn words_are_case_sensitive() {
        assert!(ExecutionStatus::from_str("succeeded").is_err());
        assert!(ExportStatus::from_str("PENDING").is_err());
    }
}
