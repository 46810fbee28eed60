use super::{SCHEMES, StoreUrl};

fn refusal(text: &str) -> String {
    text.parse::<StoreUrl>().unwrap_err().to_string()
}

#[test]
#[cfg(feature = "memory")]
fn memory_is_the_bare_scheme() {
    for text in ["memory:", "memory://"] {
        let ledger = None;
        assert_eq!(
            text.parse::<StoreUrl>().unwrap(),
            StoreUrl::Memory { ledger }
        );
    }
    assert!(refusal("memory:x").contains("nothing may follow"));
    for text in ["memory:", "memory:?ledger=on", "memory:?ledger=off"] {
        assert_eq!(text.parse::<StoreUrl>().unwrap().to_string(), text);
    }
    assert!(refusal("memory:?ledger=maybe").contains("nothing may follow"));
}

#[test]
#[cfg(feature = "sqlite")]
fn sqlite_names_a_file() {
    for (text, path) in [
        ("sqlite:logs.db", "logs.db"),
        ("sqlite://logs.db", "logs.db"),
        ("sqlite:/var/lib/logs.db", "/var/lib/logs.db"),
        ("sqlite:///var/lib/logs.db", "/var/lib/logs.db"),
        ("sqlite:a folder/ä:b.db", "a folder/ä:b.db"),
    ] {
        let url: StoreUrl = text.parse().unwrap();
        for (parameter, ledger) in [
            ("", None),
            ("?ledger=on", Some(true)),
            ("?ledger=off", Some(false)),
        ] {
            let url: StoreUrl = format!("{text}{parameter}").parse().unwrap();
            let path = path.into();
            assert_eq!(url, StoreUrl::Sqlite { path, ledger }, "{text}");
        }
        assert_eq!(url.to_string(), format!("sqlite:{path}"));
    }
    assert!(refusal("sqlite:").contains("path"));
    let off: StoreUrl = "sqlite://logs.db?ledger=off".parse().unwrap();
    assert_eq!(off.to_string(), "sqlite:logs.db?ledger=off");
    for wrong in ["mode=ro", "ledger=", "ledger=OFF", "ledger=off&mode=ro"] {
        assert!(refusal(&format!("sqlite:logs.db?{wrong}")).contains("parameters"));
    }
    assert!(refusal("sqlite::memory:").contains("memory"));
}

#[test]
#[cfg(feature = "postgres")]
fn postgres_is_shown_without_its_secrets() {
    for (text, shown) in [
        (
            "postgres://app:hunter2@db:5433/logs",
            "postgres://app@db:5433/logs",
        ),
        (
            "postgresql://db/logs?password=hunter2",
            "postgresql://db/logs",
        ),
        ("postgres://app:hunter2@db@x:/a", "postgres://app@x:/a"),
        ("postgres://localhost", "postgres://localhost"),
    ] {
        let url: StoreUrl = text.parse().unwrap();
        assert_eq!(url, StoreUrl::Postgres(text.to_owned()));
        assert_eq!(
            (url.to_string(), format!("{url:?}")),
            (shown.to_owned(), shown.to_owned())
        );
    }
    for text in [
        "postgres:",
        "postgres://",
        "postgres:logs",
        "postgresql:hunter2",
    ] {
        assert!(
            refusal(text).contains("where the server is") && !refusal(text).contains("hunter2")
        );
    }
}

#[test]
fn a_wrong_url_names_the_schemes_that_work() {
    for text in ["mysql://h/db", "logs.db", "", ":", "MEMORY:", "mysql://h"] {
        let message = refusal(text);
        for scheme in SCHEMES {
            assert!(message.contains(scheme), "{text}: {message}");
        }
    }
    assert!(refusal("mysql://h/db").contains("`mysql:`"));
}

#[test]
fn no_message_holds_a_password() {
    for text in [
        "mysql://user:secret@host/db",
        "postgres:user:secret@host/db",
        "user:secret@host/db",
        "secret",
        "//secret@host:80",
        "memory:secret",
        "sqlite:?secret",
        "sqlite::memory:secret",
    ] {
        let error = text.parse::<StoreUrl>().unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("secret"), "{text}: {shown}");
    }
}
